-- Handing over everything open that a unit leads or works with, or that a person works on, in one act (移交). Large ones are done in
-- parts; each part commits with its progress.
CREATE TABLE handovers (
    id              uuid        CONSTRAINT handovers_pkey PRIMARY KEY,
    from_unit_id    uuid        CONSTRAINT handovers_from_unit_id_fkey REFERENCES units (id),
    to_unit_id      uuid        CONSTRAINT handovers_to_unit_id_fkey REFERENCES units (id),
    from_account_id uuid        CONSTRAINT handovers_from_account_id_fkey REFERENCES accounts (id),
    to_account_id   uuid        CONSTRAINT handovers_to_account_id_fkey REFERENCES accounts (id),
    opinion         text        NOT NULL,
    ordered_by      uuid        NOT NULL CONSTRAINT handovers_ordered_by_fkey REFERENCES accounts (id),
    ordered_role    text        NOT NULL,
    ordered_at      timestamptz NOT NULL,
    total           bigint      NOT NULL,
    done            bigint      NOT NULL DEFAULT 0,
    finished_at     timestamptz,
    CONSTRAINT handovers_what_check CHECK (num_nulls(from_unit_id, from_account_id) = 1
        AND (from_unit_id IS NULL) = (to_unit_id IS NULL) AND (to_account_id IS NULL OR from_account_id IS NOT NULL))
);
COMMENT ON COLUMN handovers.to_account_id IS 'null with from_account_id: nobody in particular';
COMMENT ON COLUMN handovers.total IS 'tickets when it was ordered; what was filed meanwhile is handed over as well';
CREATE UNIQUE INDEX handovers_one_of_unit_key ON handovers (from_unit_id) WHERE finished_at IS NULL;
CREATE UNIQUE INDEX handovers_one_of_account_key ON handovers (from_account_id) WHERE finished_at IS NULL;
CREATE INDEX handovers_from_unit_id_idx ON handovers (from_unit_id);
CREATE INDEX handovers_to_unit_id_idx ON handovers (to_unit_id);
CREATE INDEX handovers_from_account_id_idx ON handovers (from_account_id);
CREATE INDEX handovers_to_account_id_idx ON handovers (to_account_id);
CREATE INDEX handovers_ordered_by_idx ON handovers (ordered_by);
