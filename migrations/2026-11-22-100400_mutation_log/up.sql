-- Every authentic mutation exactly once, as it came, with what was made of it.
CREATE TABLE mutation_log (
    account_id   uuid        NOT NULL CONSTRAINT mutation_log_account_id_fkey REFERENCES accounts (id),
    mid          uuid        NOT NULL,
    device_id    uuid,
    seq          bigint      NOT NULL,
    kind         text        NOT NULL,
    target_id    uuid,
    base_cursor  uuid,
    canon_sha256 bytea       NOT NULL CONSTRAINT mutation_log_canon_sha256_check CHECK (octet_length(canon_sha256) = 32),
    raw          text        NOT NULL,
    clock        jsonb,
    received_at  timestamptz NOT NULL,
    verdict      text        NOT NULL
        CONSTRAINT mutation_log_verdict_check CHECK (verdict IN ('applied', 'merged', 'conflict', 'held', 'quarantined')),
    result       jsonb       NOT NULL,
    waiting_for  uuid[]      NOT NULL DEFAULT '{}',
    release_at   timestamptz,
    CONSTRAINT mutation_log_pkey PRIMARY KEY (account_id, mid),
    CONSTRAINT mutation_log_held_check CHECK ((verdict = 'held') = (release_at IS NOT NULL))
);
COMMENT ON COLUMN mutation_log.device_id IS 'no reference: the log outlives the phone';
COMMENT ON COLUMN mutation_log.raw IS 'the mutation as it came, unknown members and all: JSON, as text because jsonb refuses some of it';
COMMENT ON COLUMN mutation_log.canon_sha256 IS 'SHA-256 of the RFC 8785 form without mid, seq, kind, depends_on';
COMMENT ON COLUMN mutation_log.clock IS 'the phone''s clocks when it sent this';
COMMENT ON COLUMN mutation_log.waiting_for IS 'held: mutations (or a report) that must come first';
CREATE INDEX mutation_log_open_idx ON mutation_log (account_id, received_at) WHERE verdict IN ('conflict', 'held', 'quarantined');
CREATE INDEX mutation_log_release_idx ON mutation_log (release_at) WHERE verdict = 'held';

-- Photos that a mutation declares, whatever was made of it: it is safe to delete once each is here.
CREATE TABLE mutation_attachments (
    account_id    uuid  NOT NULL,
    mid           uuid  NOT NULL,
    attachment_id uuid  NOT NULL,
    sha256        bytea NOT NULL CONSTRAINT mutation_attachments_sha256_check CHECK (octet_length(sha256) = 32),
    CONSTRAINT mutation_attachments_pkey PRIMARY KEY (account_id, mid, attachment_id),
    CONSTRAINT mutation_attachments_mutation_fkey FOREIGN KEY (account_id, mid) REFERENCES mutation_log (account_id, mid)
);
COMMENT ON COLUMN mutation_attachments.attachment_id IS 'no reference: a photo may be declared that can never be taken';
CREATE INDEX mutation_attachments_attachment_id_idx ON mutation_attachments (attachment_id);

-- Other content under a known mid: both are kept.
CREATE TABLE mutation_conflicts (
    account_id   uuid        NOT NULL,
    mid          uuid        NOT NULL,
    canon_sha256 bytea       NOT NULL,
    kind         text        NOT NULL,
    raw          text        NOT NULL,
    received_at  timestamptz NOT NULL,
    CONSTRAINT mutation_conflicts_pkey PRIMARY KEY (account_id, mid, kind, canon_sha256),
    CONSTRAINT mutation_conflicts_mutation_fkey FOREIGN KEY (account_id, mid) REFERENCES mutation_log (account_id, mid)
);
