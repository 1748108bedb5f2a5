DROP TRIGGER ticket_events_never_changed ON ticket_events;
DROP TRIGGER ticket_events_append_only ON ticket_events;
CREATE TRIGGER ticket_events_append_only BEFORE UPDATE OR DELETE ON ticket_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE ticket_events DROP COLUMN hash, DROP COLUMN ticket_hash;
