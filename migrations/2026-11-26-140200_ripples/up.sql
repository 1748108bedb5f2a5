-- 举一反三: from one typical fault every unit is asked to look for the same with itself. What they find is told, not counted.
CREATE TABLE ripples (
    id         uuid        CONSTRAINT ripples_pkey PRIMARY KEY,
    ticket_id  uuid        NOT NULL CONSTRAINT ripples_ticket_id_fkey REFERENCES tickets (id),
    scheme     text        NOT NULL,
    version    text        NOT NULL,
    item       text        NOT NULL,
    text       text        NOT NULL,
    due_at     timestamptz NOT NULL,
    created_by uuid        NOT NULL CONSTRAINT ripples_created_by_fkey REFERENCES accounts (id),
    created_at timestamptz NOT NULL,
    CONSTRAINT ripples_item_fkey FOREIGN KEY (scheme, version, item) REFERENCES catalogue_items (scheme, version, code)
);
COMMENT ON COLUMN ripples.ticket_id IS 'the typical fault; not for the units that are asked';
CREATE INDEX ripples_ticket_id_idx ON ripples (ticket_id);
CREATE INDEX ripples_item_idx ON ripples (scheme, version, item);
CREATE INDEX ripples_created_by_idx ON ripples (created_by);
CREATE INDEX ripples_created_at_idx ON ripples (created_at DESC, id DESC);

CREATE TABLE ripple_units (
    ripple_id   uuid    NOT NULL CONSTRAINT ripple_units_ripple_id_fkey REFERENCES ripples (id),
    unit_id     uuid    NOT NULL CONSTRAINT ripple_units_unit_id_fkey REFERENCES units (id),
    answer      text,
    found       integer CONSTRAINT ripple_units_found_check CHECK (found >= 0),
    put_right   integer CONSTRAINT ripple_units_put_right_check CHECK (put_right BETWEEN 0 AND found),
    answered_by uuid    CONSTRAINT ripple_units_answered_by_fkey REFERENCES accounts (id),
    answered_at timestamptz,
    CONSTRAINT ripple_units_pkey PRIMARY KEY (ripple_id, unit_id),
    CONSTRAINT ripple_units_answer_check CHECK (num_nulls(answer, found, put_right, answered_by, answered_at) IN (0, 5))
);
COMMENT ON COLUMN ripple_units.found IS 'faults that the unit found with itself: no findings, and counted nowhere';
CREATE INDEX ripple_units_unit_id_idx ON ripple_units (unit_id);
CREATE INDEX ripple_units_answered_by_idx ON ripple_units (answered_by) WHERE answered_by IS NOT NULL;
