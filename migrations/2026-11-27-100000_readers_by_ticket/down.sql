DROP VIEW ticket_readers;
CREATE OR REPLACE VIEW ticket_judges AS
SELECT t.id AS ticket_id, t.state AS ticket_state, i.id AS account_id, i.active
  FROM tickets t JOIN units lead ON lead.id = t.lead_unit_id
  JOIN accounts i ON i.role = 'inspector' LEFT JOIN units own ON own.id = i.unit_id
 WHERE NOT coalesce(own.id = ANY (lead.lineage) OR lead.id = ANY (own.lineage), false)
   AND NOT EXISTS (SELECT FROM tickets m JOIN findings f ON f.id = m.finding_id JOIN reports r ON r.id = f.report_id
                    WHERE (m.id = t.id OR m.master_id = t.id) AND r.account_id = i.id);
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
SELECT ticket_id, 'user:' || account_id, account_id FROM ticket_judges WHERE ticket_state = 'awaiting_recheck'
UNION ALL
SELECT k.ticket_id, 'user:' || i.id, i.id
  FROM tasks k JOIN accounts i ON i.id = k.account_id AND i.role = 'inspector'
 WHERE k.kind = 'lookback' AND k.state IN ('open', 'started');
