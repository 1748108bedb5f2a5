-- How far a phone has come: the snapshot of its last pull, under a name that tells nothing.
CREATE TABLE sync_cursors (
    token        uuid        CONSTRAINT sync_cursors_pkey PRIMARY KEY,
    device_id    uuid        NOT NULL CONSTRAINT sync_cursors_device_id_fkey REFERENCES devices (id),
    ordinal      bigint      NOT NULL CONSTRAINT sync_cursors_ordinal_check CHECK (ordinal > 0),
    account_id   uuid        NOT NULL CONSTRAINT sync_cursors_account_id_fkey REFERENCES accounts (id),
    role         text        NOT NULL,
    epoch        uuid        NOT NULL,
    snap         text        NOT NULL,
    scopes       text[]      NOT NULL,
    created_at   timestamptz NOT NULL,
    presented_at timestamptz,
    CONSTRAINT sync_cursors_ordinal_key UNIQUE (device_id, ordinal)
);
COMMENT ON COLUMN sync_cursors.snap IS 'pg_current_snapshot() of the pull: what it did not see comes with the next';
COMMENT ON COLUMN sync_cursors.role IS 'in another role the account reads other rows: the cursor means nothing then';
COMMENT ON COLUMN sync_cursors.scopes IS 'what the phone was given';
COMMENT ON COLUMN sync_cursors.presented_at IS 'first came back: the phone has what it was given';
CREATE INDEX sync_cursors_account_id_idx ON sync_cursors (account_id);

ALTER TABLE devices ADD COLUMN cursors_given bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN devices.cursors_given IS 'ordinal of its latest cursor';
