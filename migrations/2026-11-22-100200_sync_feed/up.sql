-- What each scope holds, and in which transaction it last changed. A scope is what one reader or a group of readers may
-- know: 'ref', 'office', 'unit:<id>', 'user:<id>'. The feed holds the latest state of a row, not its history.
CREATE SEQUENCE sync_feed_seq AS bigint CACHE 64;

CREATE TABLE sync_feed (
    tx           bigint      NOT NULL,
    seq          bigint      NOT NULL,
    since        bigint      NOT NULL,
    rev          bigint      NOT NULL,
    entity_id    uuid        NOT NULL,
    accept_until timestamptz,
    scope        text        COLLATE "C" NOT NULL,
    entity       text        COLLATE "C" NOT NULL,
    state        text        COLLATE "C" NOT NULL
        CONSTRAINT sync_feed_state_check CHECK (state IN ('present', 'deleted', 'left')),
    reason       text,
    CONSTRAINT sync_feed_pkey PRIMARY KEY (entity_id, entity, scope)
);
COMMENT ON COLUMN sync_feed.tx IS 'feed_base.base + the transaction''s id (xid8) of the last write: raw ids do not survive a dump';
COMMENT ON COLUMN sync_feed.seq IS 'breaks ties within a transaction';
COMMENT ON COLUMN sync_feed.since IS 'tx of the first time that this scope held the row: who read before that never had it';
COMMENT ON COLUMN sync_feed.accept_until IS 'left: work done under the old assignment is taken until then';
CREATE INDEX sync_feed_scope_idx ON sync_feed (scope, tx, seq);

-- One row: what transaction ids are counted from, and the epoch in which cursors mean anything.
CREATE TABLE feed_base (
    only_row boolean CONSTRAINT feed_base_pkey PRIMARY KEY DEFAULT true CONSTRAINT feed_base_only_row_check CHECK (only_row),
    base     bigint  NOT NULL,
    epoch    uuid    NOT NULL
);
INSERT INTO feed_base (base, epoch) VALUES (0, gen_random_uuid());

-- Rows from before the feed, once; no phone has a cursor yet. One statement is enough for a city's first weeks.
INSERT INTO sync_feed (scope, entity, entity_id, state, rev, tx, seq, since)
SELECT scope, entity, entity_id, 'present', rev, now.tx, nextval('sync_feed_seq'), now.tx
  FROM (SELECT pg_current_xact_id()::text::bigint AS tx) AS now,
       (SELECT 'ref' AS scope, 'items' AS entity, id AS entity_id, 1::bigint AS rev FROM catalogue_items
        UNION ALL SELECT 'ref', 'conditions', id, 1 FROM filing_conditions
        UNION ALL SELECT 'ref', 'areas', id, 1 FROM areas WHERE valid_until IS NULL
        UNION ALL SELECT 'ref', 'units', id, 1 FROM units WHERE valid_until IS NULL
        UNION ALL SELECT 'ref', 'points', id, 1 FROM check_points WHERE valid_until IS NULL
        UNION ALL SELECT reader.scope, 'reports', r.id, 1 FROM reports r, LATERAL (VALUES ('office'), ('user:' || r.account_id)) AS reader (scope)
        UNION ALL SELECT reader.scope, 'findings', f.id, 1 FROM findings f JOIN reports r ON r.id = f.report_id,
                         LATERAL (VALUES ('office'), ('user:' || r.account_id)) AS reader (scope)
        UNION ALL SELECT 'office', 'tickets', id, rev FROM tickets
        UNION ALL SELECT 'user:' || r.account_id, 'tickets', t.id, t.rev
                    FROM tickets t JOIN findings f ON f.id = t.finding_id JOIN reports r ON r.id = f.report_id
        UNION ALL SELECT DISTINCT 'unit:' || above, 'tickets', t.id, t.rev
                    FROM tickets t JOIN ticket_assignments a ON a.ticket_id = t.id AND a.until IS NULL
                    JOIN units u ON u.id = a.unit_id CROSS JOIN unnest(u.lineage) AS above
        UNION ALL SELECT 'user:' || i.id, 'tickets', t.id, t.rev
                    FROM tickets t JOIN units lead ON lead.id = t.lead_unit_id
                    JOIN accounts i ON i.role = 'inspector' LEFT JOIN units own ON own.id = i.unit_id
                   WHERE t.state = 'awaiting_recheck'
                     AND NOT coalesce(own.id = ANY (lead.lineage) OR lead.id = ANY (own.lineage), false)
                     AND NOT EXISTS (SELECT FROM tickets m JOIN findings f ON f.id = m.finding_id JOIN reports r ON r.id = f.report_id
                                      WHERE (m.id = t.id OR m.master_id = t.id) AND r.account_id = i.id)) AS held;
INSERT INTO sync_feed (scope, entity, entity_id, state, rev, tx, seq, since)
SELECT DISTINCT ON (scope, photo_key) scope, 'attachments', photo_key, 'present', 1, now.tx, nextval('sync_feed_seq'), now.tx
  FROM (SELECT pg_current_xact_id()::text::bigint AS tx) AS now,
       (SELECT 'user:' || account_id AS scope, photo_key FROM attachments WHERE stored_at IS NOT NULL
        UNION ALL SELECT f.scope, a.photo_key
                    FROM attachments a
                    JOIN (SELECT fa.attachment_id, coalesce(t.master_id, t.id) AS ticket_id, 'before' AS role, false AS office_only
                            FROM finding_attachments fa JOIN tickets t ON t.finding_id = fa.finding_id
                          UNION ALL
                          SELECT ta.attachment_id, ta.ticket_id, ta.role, e.office_only
                            FROM ticket_attachments ta JOIN ticket_events e ON e.ticket_id = ta.ticket_id AND e.seq = ta.seq) AS link
                      ON link.attachment_id = a.id
                    JOIN sync_feed f ON f.entity = 'tickets' AND f.entity_id = link.ticket_id
                   WHERE a.stored_at IS NOT NULL
                     AND (f.scope = 'office' OR f.scope LIKE 'unit:%' AND NOT link.office_only
                          OR f.scope LIKE 'user:%' AND NOT link.office_only AND link.role <> 'comment')) AS held;
