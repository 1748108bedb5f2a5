-- Uploads (tus): photos on their way in. How far one has come is what the photo store holds of it; nothing here counts bytes.
CREATE TABLE uploads (
    id          uuid        CONSTRAINT uploads_pkey PRIMARY KEY,
    account_id  uuid        NOT NULL CONSTRAINT uploads_account_id_fkey REFERENCES accounts (id),
    aid         uuid        CONSTRAINT uploads_aid_key UNIQUE,
    sha256      bytea       CONSTRAINT uploads_sha256_check CHECK (octet_length(sha256) = 32),
    size_bytes  bigint      NOT NULL CONSTRAINT uploads_size_bytes_check CHECK (size_bytes > 0),
    mime        text        NOT NULL,
    blob_key    text,
    finished_at timestamptz,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    CONSTRAINT uploads_set_aside_check CHECK (blob_key IS NULL OR num_nulls(sha256, finished_at) = 0)
);
COMMENT ON COLUMN uploads.aid IS 'the photo that it is for; none: whichever the sender declares with this digest and length. No reference: the photo may not be declared yet';
COMMENT ON COLUMN uploads.sha256 IS 'as stated by the sender; once the bytes are whole, theirs';
COMMENT ON COLUMN uploads.blob_key IS 'set aside: whole, but no photo has taken the bytes yet';
COMMENT ON COLUMN uploads.finished_at IS 'every byte is here and was what was declared';
COMMENT ON COLUMN uploads.expires_at IS 'slides with every sign of life; from then on the upload is as if it were not there';
CREATE INDEX uploads_account_id_idx ON uploads (account_id);
CREATE INDEX uploads_expires_at_idx ON uploads (expires_at);
CREATE INDEX uploads_set_aside_idx ON uploads (sha256) WHERE blob_key IS NOT NULL;
