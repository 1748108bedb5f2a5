-- Thresholds and switches set by an administrator. Versioned: the highest version of a key is in force,
-- a key without a row has its default (src/domain/policy.rs).
CREATE TABLE policies (
    key     text        NOT NULL,
    version integer     NOT NULL CONSTRAINT policies_version_check CHECK (version > 0),
    value   jsonb       NOT NULL,
    set_by  uuid        CONSTRAINT policies_set_by_fkey REFERENCES accounts (id),
    set_at  timestamptz NOT NULL,
    CONSTRAINT policies_pkey PRIMARY KEY (key, version)
);
CREATE INDEX policies_set_by_idx ON policies (set_by);
