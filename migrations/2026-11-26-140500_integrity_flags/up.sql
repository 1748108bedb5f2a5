-- 虚假整改: a rectification that the office found to be faked. A mark on the ticket that its unit sees; lifted, it stays on record.
CREATE TABLE integrity_flags (
    id         uuid        CONSTRAINT integrity_flags_pkey PRIMARY KEY,
    ticket_id  uuid        NOT NULL CONSTRAINT integrity_flags_ticket_id_fkey REFERENCES tickets (id),
    unit_id    uuid        NOT NULL CONSTRAINT integrity_flags_unit_id_fkey REFERENCES units (id),
    reason     text        NOT NULL,
    flagged_by uuid        NOT NULL CONSTRAINT integrity_flags_flagged_by_fkey REFERENCES accounts (id),
    flagged_at timestamptz NOT NULL,
    lifted_by  uuid        CONSTRAINT integrity_flags_lifted_by_fkey REFERENCES accounts (id),
    lifted_at  timestamptz,
    CONSTRAINT integrity_flags_lifted_check CHECK (num_nulls(lifted_by, lifted_at) IN (0, 2))
);
COMMENT ON COLUMN integrity_flags.unit_id IS 'the lead unit then: whose rectification it was';
CREATE UNIQUE INDEX integrity_flags_live_key ON integrity_flags (ticket_id) WHERE lifted_at IS NULL;
CREATE INDEX integrity_flags_ticket_id_idx ON integrity_flags (ticket_id);
CREATE INDEX integrity_flags_unit_id_idx ON integrity_flags (unit_id);
CREATE INDEX integrity_flags_flagged_by_idx ON integrity_flags (flagged_by);
CREATE INDEX integrity_flags_lifted_by_idx ON integrity_flags (lifted_by) WHERE lifted_by IS NOT NULL;
