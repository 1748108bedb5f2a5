-- Photos (照片): what a phone declared, and the bytes once they are here. Declaration and bytes come in either order.
CREATE TABLE attachments (
    id          uuid        CONSTRAINT attachments_pkey PRIMARY KEY,
    photo_key   uuid        NOT NULL CONSTRAINT attachments_photo_key_key UNIQUE,
    account_id  uuid        NOT NULL CONSTRAINT attachments_account_id_fkey REFERENCES accounts (id),
    sha256      bytea       NOT NULL CONSTRAINT attachments_sha256_check CHECK (octet_length(sha256) = 32),
    size_bytes  bigint      NOT NULL CONSTRAINT attachments_size_bytes_check CHECK (size_bytes > 0),
    mime        text        NOT NULL,
    blob_key    text,
    stored_at   timestamptz,
    rendition   text        NOT NULL DEFAULT 'none'
        CONSTRAINT attachments_rendition_check CHECK (rendition IN ('none', 'ready', 'unreadable', 'unsupported')),
    display_key text,
    thumb_key   text,
    width_px    integer,
    height_px   integer,
    created_at  timestamptz NOT NULL,
    CONSTRAINT attachments_stored_check CHECK (num_nulls(blob_key, stored_at) IN (0, 2)),
    CONSTRAINT attachments_ready_check CHECK ((rendition = 'ready') = (num_nulls(display_key, thumb_key, width_px, height_px) = 0))
);
COMMENT ON COLUMN attachments.id IS 'aid, made by the phone';
COMMENT ON COLUMN attachments.photo_key IS 'the name that units get: tells nothing of phone, report or order';
CREATE INDEX attachments_account_id_idx ON attachments (account_id);

CREATE TABLE finding_attachments (
    finding_id    uuid     NOT NULL CONSTRAINT finding_attachments_finding_id_fkey REFERENCES findings (id),
    attachment_id uuid     NOT NULL CONSTRAINT finding_attachments_attachment_id_fkey REFERENCES attachments (id),
    ordinal       smallint NOT NULL,
    CONSTRAINT finding_attachments_pkey PRIMARY KEY (finding_id, attachment_id)
);
CREATE INDEX finding_attachments_attachment_id_idx ON finding_attachments (attachment_id);

CREATE TABLE report_attachments (
    report_id     uuid     NOT NULL CONSTRAINT report_attachments_report_id_fkey REFERENCES reports (id),
    attachment_id uuid     NOT NULL CONSTRAINT report_attachments_attachment_id_fkey REFERENCES attachments (id),
    ordinal       smallint NOT NULL,
    CONSTRAINT report_attachments_pkey PRIMARY KEY (report_id, attachment_id)
);
CREATE INDEX report_attachments_attachment_id_idx ON report_attachments (attachment_id);

CREATE TABLE ticket_attachments (
    ticket_id     uuid     NOT NULL,
    seq           integer  NOT NULL,
    attachment_id uuid     NOT NULL CONSTRAINT ticket_attachments_attachment_id_fkey REFERENCES attachments (id),
    role          text     NOT NULL CONSTRAINT ticket_attachments_role_check CHECK (role IN ('after', 'recheck', 'comment')),
    ordinal       smallint NOT NULL,
    CONSTRAINT ticket_attachments_pkey PRIMARY KEY (ticket_id, seq, attachment_id),
    CONSTRAINT ticket_attachments_event_fkey FOREIGN KEY (ticket_id, seq) REFERENCES ticket_events (ticket_id, seq)
);
COMMENT ON TABLE ticket_attachments IS 'photos that came with a command; seq is its row in the trail';
CREATE INDEX ticket_attachments_attachment_id_idx ON ticket_attachments (attachment_id);
