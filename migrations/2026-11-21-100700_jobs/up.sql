-- Work for the worker, written in the transaction that makes it necessary. A finished job is deleted.
CREATE TABLE jobs (
    id         uuid        CONSTRAINT jobs_pkey PRIMARY KEY,
    kind       text        NOT NULL,
    payload    jsonb       NOT NULL,
    run_at     timestamptz NOT NULL,
    attempts   integer     NOT NULL DEFAULT 0,
    failed_at  timestamptz,
    last_error text,
    created_at timestamptz NOT NULL
);
COMMENT ON COLUMN jobs.failed_at IS 'given up after the last attempt; stays for a person to see';
CREATE INDEX jobs_due_idx ON jobs (run_at) WHERE failed_at IS NULL;
