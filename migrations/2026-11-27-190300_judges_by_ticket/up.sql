-- Who judges a ticket is asked by the ticket, never by the index of all that await their recheck, which PostgreSQL takes for none when it has
-- looked at the tickets at a quiet time.
CREATE OR REPLACE VIEW ticket_readers AS
SELECT t.id AS ticket_id, 'office' AS scope, NULL::uuid AS reader, 'office' AS why FROM tickets t
UNION ALL
SELECT a.ticket_id, 'unit:' || above, above, 'unit'
  FROM ticket_assignments a JOIN units u ON u.id = a.unit_id CROSS JOIN unnest(u.lineage) AS above
 WHERE a.until IS NULL
UNION ALL
SELECT t.id, 'user:' || i.id, i.id, 'finder'
  FROM tickets t JOIN findings f ON f.id = t.finding_id JOIN reports r ON r.id = f.report_id
  JOIN accounts i ON i.id = r.account_id AND i.role = 'inspector'
UNION ALL
SELECT ticket_id, 'user:' || account_id, account_id, 'judge' FROM ticket_judges WHERE (ticket_state = 'awaiting_recheck') IS TRUE
UNION ALL
SELECT k.ticket_id, 'user:' || i.id, i.id, 'lookback'
  FROM tasks k JOIN accounts i ON i.id = k.account_id AND i.role = 'inspector'
 WHERE k.kind = 'lookback' AND k.state IN ('open', 'started');
