-- Who may judge a ticket is asked of one ticket at a time: who found it is gathered first, so that no plan, however little PostgreSQL knows of the
-- tables yet, reads every report for it.
CREATE OR REPLACE VIEW ticket_judges AS
SELECT t.id AS ticket_id, t.state AS ticket_state, i.id AS account_id, i.active
  FROM tickets t JOIN units lead ON lead.id = t.lead_unit_id
  CROSS JOIN LATERAL (
       SELECT ARRAY(SELECT r.account_id FROM tickets m JOIN findings f ON f.id = m.finding_id JOIN reports r ON r.id = f.report_id
                     WHERE m.id = t.id OR m.master_id = t.id) AS finders OFFSET 0) AS found
  JOIN accounts i ON i.role = 'inspector' AND i.id <> ALL (found.finders) LEFT JOIN units own ON own.id = i.unit_id
 WHERE NOT coalesce(own.id = ANY (lead.lineage) OR lead.id = ANY (own.lineage), false);

-- As before; and why each may know of it, so that who knows that there can be no such reader need not look for one.
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
SELECT ticket_id, 'user:' || account_id, account_id, 'judge' FROM ticket_judges WHERE ticket_state = 'awaiting_recheck'
UNION ALL
SELECT k.ticket_id, 'user:' || i.id, i.id, 'lookback'
  FROM tasks k JOIN accounts i ON i.id = k.account_id AND i.role = 'inspector'
 WHERE k.kind = 'lookback' AND k.state IN ('open', 'started');
