-- Which photo a blob belongs to: for finding those that belong to none.
CREATE INDEX attachments_blob_key_idx ON attachments (blob_key) WHERE blob_key IS NOT NULL;
CREATE INDEX attachments_display_key_idx ON attachments (display_key) WHERE display_key IS NOT NULL;
CREATE INDEX attachments_thumb_key_idx ON attachments (thumb_key) WHERE thumb_key IS NOT NULL;
