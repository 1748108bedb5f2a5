-- Who has read which original (原图调阅留痕): written before the first byte goes out.
CREATE TABLE original_reads (
    id         uuid        CONSTRAINT original_reads_pkey PRIMARY KEY,
    photo_key  uuid        NOT NULL,
    account_id uuid        NOT NULL CONSTRAINT original_reads_account_id_fkey REFERENCES accounts (id),
    role       text        NOT NULL,
    device_id  uuid,
    read_at    timestamptz NOT NULL
);
COMMENT ON COLUMN original_reads.photo_key IS 'no reference: the trail outlives a photo that is removed';
COMMENT ON COLUMN original_reads.device_id IS 'no reference: the trail outlives the device';
CREATE INDEX original_reads_account_id_idx ON original_reads (account_id, read_at DESC, id DESC);
CREATE INDEX original_reads_photo_key_idx ON original_reads (photo_key, read_at DESC, id DESC);
CREATE INDEX original_reads_read_at_idx ON original_reads (read_at DESC, id DESC);
CREATE TRIGGER original_reads_append_only BEFORE UPDATE OR DELETE ON original_reads
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER original_reads_never_emptied BEFORE TRUNCATE ON original_reads
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
