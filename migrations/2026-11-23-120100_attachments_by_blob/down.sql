DROP INDEX attachments_thumb_key_idx;
DROP INDEX attachments_display_key_idx;
DROP INDEX attachments_blob_key_idx;
