DROP FUNCTION tickets_at;
DROP TRIGGER tickets_keep_span ON tickets;
DROP FUNCTION keep_ticket_span;
DROP INDEX tickets_due_idx;
CREATE INDEX tickets_due_idx ON tickets (due_at, id) WHERE state IN ('dispatched', 'rectifying', 'awaiting_recheck');
DROP TABLE ticket_spans;
ALTER TABLE tickets DROP known_since;
DROP FUNCTION overdue_during;
DROP FUNCTION overdue_after;
