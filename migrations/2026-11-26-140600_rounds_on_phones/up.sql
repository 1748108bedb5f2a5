-- Who may know of a round, for phones: from its start on the office, and every inspector who has a visit in it. Before nobody: the plan is
-- sealed. Its version is how far it has come.
CREATE VIEW round_readers AS
SELECT r.id AS round_id, CASE r.state WHEN 'running' THEN 1 WHEN 'released' THEN 2 ELSE 3 END::bigint AS rev, reader.scope, reader.account_id
  FROM rounds r CROSS JOIN LATERAL (
       SELECT 'office' AS scope, NULL::uuid AS account_id
       UNION SELECT 'user:' || i.id, i.id FROM tasks k JOIN accounts i ON i.id = k.account_id AND i.role = 'inspector'
              WHERE k.round_id = r.id) AS reader
 WHERE r.state IN ('running', 'released', 'closed');

-- Rounds that have started already, once.
INSERT INTO sync_feed (scope, entity, entity_id, state, rev, tx, seq, since)
SELECT scope, 'rounds', round_id, 'present', rev, now.tx, nextval('sync_feed_seq'), now.tx
  FROM round_readers, (SELECT base + pg_current_xact_id()::text::bigint AS tx FROM feed_base) AS now;
