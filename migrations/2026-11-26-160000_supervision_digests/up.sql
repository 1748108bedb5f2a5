-- What the ladder (督办阶梯) issues to one unit at one time is told it once (督办汇总), however many slips there are.
CREATE SEQUENCE supervision_digest_numbers AS bigint;

CREATE TABLE supervision_digests (
    id        uuid        CONSTRAINT supervision_digests_pkey PRIMARY KEY,
    number    text        CONSTRAINT supervision_digests_number_key UNIQUE,
    unit_id   uuid        NOT NULL CONSTRAINT supervision_digests_unit_id_fkey REFERENCES units (id),
    unit_name text        NOT NULL,
    opened_at timestamptz NOT NULL,
    told_at   timestamptz,
    CONSTRAINT supervision_digests_told_check CHECK (num_nulls(number, told_at) IN (0, 2))
);
COMMENT ON TABLE supervision_digests IS 'open while slips are still gathered in it: what a worker that died had gathered is told by the next';
COMMENT ON COLUMN supervision_digests.unit_id IS 'the addressee of its slips';
CREATE UNIQUE INDEX supervision_digests_open_key ON supervision_digests (unit_id) WHERE told_at IS NULL;
CREATE INDEX supervision_digests_unit_id_idx ON supervision_digests (unit_id, told_at DESC, id DESC);
CREATE INDEX supervision_digests_told_at_idx ON supervision_digests (told_at DESC, id DESC);

CREATE TABLE supervision_digest_slips (
    slip_id        uuid    CONSTRAINT supervision_digest_slips_pkey PRIMARY KEY
                           CONSTRAINT supervision_digest_slips_slip_id_fkey REFERENCES supervision_slips (id),
    digest_id      uuid    NOT NULL CONSTRAINT supervision_digest_slips_digest_id_fkey REFERENCES supervision_digests (id),
    ladder_version integer NOT NULL
);
COMMENT ON COLUMN supervision_digest_slips.ladder_version IS 'of the policy escalation.ladder that fired; 0 for the default';
CREATE INDEX supervision_digest_slips_digest_id_idx ON supervision_digest_slips (digest_id);
