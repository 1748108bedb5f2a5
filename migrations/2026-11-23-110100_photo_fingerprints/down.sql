DROP INDEX attachments_sha256_idx;
DROP TABLE photo_likenesses;
DROP TABLE photo_fingerprints;
