CREATE TEMPORARY TABLE told (id uuid PRIMARY KEY);
COPY told FROM stdin;
{ids}
\.
ANALYZE told;
CREATE TEMPORARY TABLE ticket AS
SELECT told.id AS report_id, r.account_id, f.id AS finding_id, t.id, t.number, t.state, t.lead_unit_id
  FROM told JOIN reports r ON r.id = told.id JOIN findings f ON f.report_id = r.id JOIN tickets t ON t.finding_id = f.id;
ANALYZE ticket;
CREATE TEMPORARY TABLE held AS
SELECT entity_id, entity, scope FROM sync_feed WHERE state = 'present';
CREATE INDEX ON held (entity_id);
ANALYZE held;
SELECT 'its report', count(*) FROM reports JOIN told USING (id)
UNION ALL SELECT 'one finding', count(*) FROM findings f JOIN told ON told.id = f.report_id
UNION ALL SELECT 'its declared photo', count(DISTINCT ra.report_id)
    FROM report_attachments ra JOIN told ON told.id = ra.report_id JOIN finding_attachments USING (attachment_id)
UNION ALL SELECT 'a ticket dispatched to its lead unit', count(*) FROM ticket t
   WHERE state <> 'triage' AND number IS NOT NULL
     AND EXISTS (SELECT FROM ticket_assignments a
                  WHERE a.ticket_id = t.id AND a.unit_id = t.lead_unit_id AND a.role = 'lead' AND a.until IS NULL)
UNION ALL SELECT 'a trail to its filing', count(*) FROM ticket t
   WHERE EXISTS (SELECT FROM ticket_events e WHERE e.ticket_id = t.id AND e.to_state = 'triage')
     AND EXISTS (SELECT FROM ticket_events e WHERE e.ticket_id = t.id AND e.to_state = 'dispatched')
UNION ALL SELECT 'feed rows for the office, the lead unit and those above it, and the sender', count(*) FROM ticket t
   WHERE NOT EXISTS (
       SELECT 'office' AS scope UNION ALL SELECT 'user:' || t.account_id
       UNION ALL SELECT 'unit:' || above FROM units u, unnest(u.lineage) AS above WHERE u.id = t.lead_unit_id
       EXCEPT SELECT h.scope FROM held h WHERE h.entity_id = t.id AND h.entity = 'tickets')
     AND 2 = (SELECT count(*) FROM held h WHERE h.entity_id = t.report_id AND h.entity = 'reports'
                 AND h.scope IN ('office', 'user:' || t.account_id))
     AND 2 = (SELECT count(*) FROM held h WHERE h.entity_id = t.finding_id AND h.entity = 'findings'
                 AND h.scope IN ('office', 'user:' || t.account_id))
UNION ALL SELECT 'one row of the mutation log', count(*) FROM mutation_log m JOIN told ON told.id = m.target_id
   WHERE m.verdict = 'applied';
