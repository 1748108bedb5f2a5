-- The city's signed Merkle log over all trails (RFC 6962). No table here refers to another: the log outlives what it tells of.

-- Rows that wait to be anchored. Written with them, by a trigger: an insert that nobody waits for, taken out by the worker.
CREATE TABLE audit_pending (
    id        bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT audit_pending_pkey PRIMARY KEY,
    ticket_id uuid    NOT NULL,
    seq       integer NOT NULL,
    hash      bytea   NOT NULL
);
CREATE FUNCTION await_anchor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_pending (ticket_id, seq, hash) SELECT ticket_id, seq, hash FROM added ORDER BY ticket_id, seq;
    RETURN NULL;
END $$;
CREATE TRIGGER ticket_events_await_anchor AFTER INSERT ON ticket_events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION await_anchor();

-- The leaves, in the order of the log.
CREATE TABLE audit_leaves (
    position  bigint  CONSTRAINT audit_leaves_pkey PRIMARY KEY,
    ticket_id uuid    NOT NULL,
    seq       integer NOT NULL,
    hash      bytea   NOT NULL,
    CONSTRAINT audit_leaves_row_key UNIQUE (ticket_id, seq)
);
COMMENT ON COLUMN audit_leaves.hash IS 'the row''s hash in its chain; the leaf is SHA-256 over 0, ticket_id, seq and this (domain::audit::merkle)';

-- Every eighth level of the tree, for proofs.
CREATE TABLE audit_nodes (
    level    integer,
    position bigint,
    hash     bytea NOT NULL,
    CONSTRAINT audit_nodes_pkey PRIMARY KEY (level, position)
);

-- Signed heads.
CREATE TABLE audit_heads (
    generation integer,
    size       bigint,
    root       bytea       NOT NULL,
    signed_at  timestamptz NOT NULL,
    key_id     text        NOT NULL,
    signature  bytea       NOT NULL,
    CONSTRAINT audit_heads_pkey PRIMARY KEY (generation, size)
);
COMMENT ON COLUMN audit_heads.generation IS '1, and one more after each restore from a backup that was declared';

-- The right edge, to which new leaves are joined.
CREATE TABLE audit_log (
    one        boolean DEFAULT true CONSTRAINT audit_log_pkey PRIMARY KEY CONSTRAINT audit_log_one_check CHECK (one),
    generation integer NOT NULL,
    size       bigint  NOT NULL,
    peaks      bytea   NOT NULL
);
COMMENT ON COLUMN audit_log.peaks IS 'roots of the whole subtrees, the largest first, 32 bytes each';
INSERT INTO audit_log (generation, size, peaks) VALUES (1, 0, '');

CREATE TRIGGER audit_leaves_append_only BEFORE UPDATE OR DELETE ON audit_leaves FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_leaves_never_emptied BEFORE TRUNCATE ON audit_leaves FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_nodes_append_only BEFORE UPDATE OR DELETE ON audit_nodes FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_nodes_never_emptied BEFORE TRUNCATE ON audit_nodes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_heads_append_only BEFORE UPDATE OR DELETE ON audit_heads FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_heads_never_emptied BEFORE TRUNCATE ON audit_heads FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
