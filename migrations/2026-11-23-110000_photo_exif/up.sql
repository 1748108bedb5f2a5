-- What a camera wrote into a photo: for the office, and for flags. Never in a rendition, never for a unit.
CREATE TABLE photo_exif (
    attachment_id uuid CONSTRAINT photo_exif_pkey PRIMARY KEY
                       CONSTRAINT photo_exif_attachment_id_fkey REFERENCES attachments (id) ON DELETE CASCADE,
    taken_local   text,
    taken_offset_s integer,
    lat           double precision,
    lon           double precision,
    datum         text,
    camera_make   text,
    camera_model  text,
    software      text,
    CONSTRAINT photo_exif_place_check CHECK (num_nulls(lat, lon) IN (0, 2)),
    CONSTRAINT photo_exif_something_check CHECK (num_nonnulls(taken_local, lat, camera_make, camera_model, software) > 0)
);
COMMENT ON COLUMN photo_exif.taken_local IS 'the camera''s wall clock, ISO 8601 without a zone';
COMMENT ON COLUMN photo_exif.taken_offset_s IS 'its offset from UTC; null when the camera does not say: the city''s zone is assumed';
COMMENT ON COLUMN photo_exif.datum IS 'as the camera names it; null: WGS-84 or GCJ-02, nobody knows';
