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

-- Who may know of a ticket: the one place that the feed is written from. The office; lead and cooperating units and those
-- above them; the inspector who found it; while it awaits its recheck every inspector who may make it.
CREATE VIEW ticket_readers AS
SELECT t.id AS ticket_id, 'office' AS scope, NULL::uuid AS reader FROM tickets t
UNION ALL
SELECT a.ticket_id, 'unit:' || above, above
  FROM ticket_assignments a JOIN units u ON u.id = a.unit_id CROSS JOIN unnest(u.lineage) AS above
 WHERE a.until IS NULL
UNION ALL
SELECT t.id, 'user:' || i.id, i.id
  FROM tickets t JOIN findings f ON f.id = t.finding_id JOIN reports r ON r.id = f.report_id
  JOIN accounts i ON i.id = r.account_id AND i.role = 'inspector'
UNION ALL
SELECT t.id, 'user:' || i.id, i.id
  FROM tickets t JOIN units lead ON lead.id = t.lead_unit_id
  JOIN accounts i ON i.role = 'inspector' LEFT JOIN units own ON own.id = i.unit_id
 WHERE t.state = 'awaiting_recheck'
   AND NOT coalesce(own.id = ANY (lead.lineage) OR lead.id = ANY (own.lineage), false)
   AND NOT EXISTS (SELECT FROM tickets m JOIN findings f ON f.id = m.finding_id JOIN reports r ON r.id = f.report_id
                    WHERE (m.id = t.id OR m.master_id = t.id) AND r.account_id = i.id);

-- Which photos a ticket shows: those of its finding and of findings merged into it, and those that came with commands.
CREATE VIEW ticket_photos AS
SELECT fa.attachment_id, t.id AS ticket_id, 'before' AS role, false AS office_only
  FROM finding_attachments fa JOIN tickets t ON t.finding_id = fa.finding_id WHERE t.master_id IS NULL
UNION ALL
SELECT fa.attachment_id, t.master_id, 'before', false
  FROM finding_attachments fa JOIN tickets t ON t.finding_id = fa.finding_id WHERE t.master_id IS NOT NULL
UNION ALL
SELECT ta.attachment_id, ta.ticket_id, ta.role, e.office_only
  FROM ticket_attachments ta JOIN ticket_events e ON e.ticket_id = ta.ticket_id AND e.seq = ta.seq;

-- Rows from before the feed, once; no phone has a cursor yet. One statement each is enough for a city's first weeks.
INSERT INTO sync_feed (scope, entity, entity_id, state, rev, tx, seq, since)
SELECT DISTINCT ON (entity_id, entity, scope) scope, entity, entity_id, 'present', rev, now.tx, nextval('sync_feed_seq'), now.tx
  FROM (SELECT pg_current_xact_id()::text::bigint AS tx) AS now,
       (SELECT 'ref' AS scope, 'items' AS entity, id AS entity_id, 1::bigint AS rev FROM catalogue_items
        UNION ALL SELECT 'ref', 'conditions', id, 1 FROM filing_conditions
        UNION ALL SELECT 'ref', 'areas', id, 1 FROM areas WHERE valid_until IS NULL
        UNION ALL SELECT 'ref', 'units', id, 1 FROM units WHERE valid_until IS NULL
        UNION ALL SELECT 'ref', 'points', id, 1 FROM check_points WHERE valid_until IS NULL
        UNION ALL SELECT reader.scope, 'reports', r.id, 1 + (SELECT count(*) FROM report_amendments a WHERE a.report_id = r.id)
                    FROM reports r, LATERAL (VALUES ('office'), ('user:' || r.account_id)) AS reader (scope)
        UNION ALL SELECT reader.scope, 'findings', f.id, 1 FROM findings f JOIN reports r ON r.id = f.report_id,
                         LATERAL (VALUES ('office'), ('user:' || r.account_id)) AS reader (scope)
        UNION ALL SELECT tr.scope, 'tickets', t.id, t.rev FROM ticket_readers tr JOIN tickets t ON t.id = tr.ticket_id) AS held;
INSERT INTO sync_feed (scope, entity, entity_id, state, rev, tx, seq, since)
SELECT DISTINCT ON (photo_key, scope) scope, 'attachments', photo_key, 'present', 1, now.tx, nextval('sync_feed_seq'), now.tx
  FROM (SELECT pg_current_xact_id()::text::bigint AS tx) AS now,
       (SELECT 'user:' || a.account_id AS scope, a.photo_key
          FROM attachments a JOIN accounts i ON i.id = a.account_id AND i.role = 'inspector' WHERE a.stored_at IS NOT NULL
        UNION ALL SELECT 'office', a.photo_key FROM attachments a JOIN report_attachments ra ON ra.attachment_id = a.id
                   WHERE a.stored_at IS NOT NULL
        UNION ALL SELECT tr.scope, a.photo_key
                    FROM attachments a JOIN ticket_photos p ON p.attachment_id = a.id JOIN ticket_readers tr ON tr.ticket_id = p.ticket_id
                   WHERE a.stored_at IS NOT NULL
                     AND (tr.scope = 'office' OR NOT p.office_only AND (tr.scope LIKE 'unit:%' OR p.role <> 'comment'))) AS held;
