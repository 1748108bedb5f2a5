-- Supervision (督办): each level of a ticket has its numbered slip (督办单), and the reply to it.
CREATE SEQUENCE supervision_slip_numbers AS bigint;

CREATE TABLE supervision_slips (
    id           uuid        CONSTRAINT supervision_slips_pkey PRIMARY KEY,
    number       text        NOT NULL CONSTRAINT supervision_slips_number_key UNIQUE,
    ticket_id    uuid        NOT NULL CONSTRAINT supervision_slips_ticket_id_fkey REFERENCES tickets (id),
    level        integer     NOT NULL CONSTRAINT supervision_slips_level_check CHECK (level > 0),
    unit_id      uuid        CONSTRAINT supervision_slips_unit_id_fkey REFERENCES units (id),
    unit_name    text,
    reason       text        NOT NULL,
    issued_by    uuid        CONSTRAINT supervision_slips_issued_by_fkey REFERENCES accounts (id),
    issued_at    timestamptz NOT NULL,
    reply_due_at timestamptz NOT NULL,
    reply        text,
    replied_by   uuid        CONSTRAINT supervision_slips_replied_by_fkey REFERENCES accounts (id),
    replied_unit text,
    replied_at   timestamptz,
    CONSTRAINT supervision_slips_level_key UNIQUE (ticket_id, level),
    CONSTRAINT supervision_slips_unit_check CHECK (num_nulls(unit_id, unit_name) IN (0, 2)),
    CONSTRAINT supervision_slips_reply_check CHECK (num_nulls(reply, replied_by, replied_at) IN (0, 3))
);
COMMENT ON COLUMN supervision_slips.unit_id IS 'the addressee: the lead unit then; null while a ticket is still with the office, whose clerks reply';
COMMENT ON COLUMN supervision_slips.issued_by IS 'null: a rule';
COMMENT ON COLUMN supervision_slips.replied_unit IS 'frozen name of the unit that replied; null for the office';
CREATE INDEX supervision_slips_issued_at_idx ON supervision_slips (issued_at, id);
CREATE INDEX supervision_slips_unit_id_idx ON supervision_slips (unit_id);
CREATE INDEX supervision_slips_issued_by_idx ON supervision_slips (issued_by);
CREATE INDEX supervision_slips_replied_by_idx ON supervision_slips (replied_by);

ALTER TABLE tickets ADD supervision_level integer NOT NULL DEFAULT 0
    CONSTRAINT tickets_supervision_level_check CHECK (supervision_level >= 0);
COMMENT ON COLUMN tickets.supervision_level IS 'how many slips it has had (督办级别)';
