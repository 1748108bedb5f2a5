DROP TABLE supervision_digest_slips;
DROP TABLE supervision_digests;
DROP SEQUENCE supervision_digest_numbers;
