-- What is odd about a photo as it is used (domain::evidence::flags): for the office, and for whoever rechecks.
CREATE TABLE attachment_flags (
    id            uuid   CONSTRAINT attachment_flags_pkey PRIMARY KEY,
    attachment_id uuid   NOT NULL CONSTRAINT attachment_flags_attachment_id_fkey REFERENCES attachments (id) ON DELETE CASCADE,
    flag          text   NOT NULL
        CONSTRAINT attachment_flags_flag_check CHECK (flag IN ('exif_far_from_report', 'exif_time_off', 'position_mock', 'photo_reused',
                                                               'after_far_from_before', 'edited_software')),
    figure        bigint,
    software      text,
    other_id      uuid   CONSTRAINT attachment_flags_other_id_fkey REFERENCES attachments (id) ON DELETE CASCADE,
    CONSTRAINT attachment_flags_key UNIQUE NULLS NOT DISTINCT (attachment_id, flag, other_id)
);
COMMENT ON COLUMN attachment_flags.figure IS 'metres, seconds, or bits in which two fingerprints differ, by the flag';
COMMENT ON COLUMN attachment_flags.other_id IS 'photo_reused: the photo that came before';
CREATE INDEX attachment_flags_flag_idx ON attachment_flags (flag);
CREATE INDEX attachment_flags_other_id_idx ON attachment_flags (other_id) WHERE other_id IS NOT NULL;
