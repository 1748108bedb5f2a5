-- What a photo is recognised by when its bytes are others. Two fingerprints within 15 bits of 144 agree, or differ in one bit, in at
-- least one of eight runs of 18 bits: of a question each run with each of its 18 neighbours is looked up, and nothing is missed.
CREATE TABLE photo_fingerprints (
    attachment_id uuid     CONSTRAINT photo_fingerprints_pkey PRIMARY KEY
                           CONSTRAINT photo_fingerprints_attachment_id_fkey REFERENCES attachments (id) ON DELETE CASCADE,
    bits          bit(144) NOT NULL
);
CREATE INDEX photo_fingerprints_run_0_idx ON photo_fingerprints ((substring(bits FROM 1 FOR 18)::integer));
CREATE INDEX photo_fingerprints_run_1_idx ON photo_fingerprints ((substring(bits FROM 19 FOR 18)::integer));
CREATE INDEX photo_fingerprints_run_2_idx ON photo_fingerprints ((substring(bits FROM 37 FOR 18)::integer));
CREATE INDEX photo_fingerprints_run_3_idx ON photo_fingerprints ((substring(bits FROM 55 FOR 18)::integer));
CREATE INDEX photo_fingerprints_run_4_idx ON photo_fingerprints ((substring(bits FROM 73 FOR 18)::integer));
CREATE INDEX photo_fingerprints_run_5_idx ON photo_fingerprints ((substring(bits FROM 91 FOR 18)::integer));
CREATE INDEX photo_fingerprints_run_6_idx ON photo_fingerprints ((substring(bits FROM 109 FOR 18)::integer));
CREATE INDEX photo_fingerprints_run_7_idx ON photo_fingerprints ((substring(bits FROM 127 FOR 18)::integer));

-- Photos of the same picture, found when the later one was looked at: facts, whatever the photos are used for.
CREATE TABLE photo_likenesses (
    attachment_id uuid    NOT NULL CONSTRAINT photo_likenesses_attachment_id_fkey REFERENCES attachments (id) ON DELETE CASCADE,
    other_id      uuid    NOT NULL CONSTRAINT photo_likenesses_other_id_fkey REFERENCES attachments (id) ON DELETE CASCADE,
    distance_bits integer NOT NULL,
    CONSTRAINT photo_likenesses_pkey PRIMARY KEY (attachment_id, other_id)
);
CREATE INDEX photo_likenesses_other_id_idx ON photo_likenesses (other_id);

-- The same bytes under another id.
CREATE INDEX attachments_sha256_idx ON attachments (sha256);
