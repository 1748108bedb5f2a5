DROP TRIGGER ticket_events_await_anchor ON ticket_events;
DROP FUNCTION await_anchor;
DROP TABLE audit_pending, audit_leaves, audit_nodes, audit_heads, audit_log;
