-- A row of a trail, a span, an assignment and a link of a photo are written by whoever holds the ticket, and neither the ticket nor a row of its
-- trail is ever removed: that is refused there, once (refuse_removal, refuse_change). To ask again at every row costs a command more than the row:
-- each question locks the ticket once more, and writes that into its page and into the log.
ALTER TABLE ticket_events DROP CONSTRAINT ticket_events_ticket_id_fkey;
ALTER TABLE ticket_spans DROP CONSTRAINT ticket_spans_ticket_id_fkey;
ALTER TABLE ticket_assignments DROP CONSTRAINT ticket_assignments_ticket_id_fkey;
ALTER TABLE ticket_attachments DROP CONSTRAINT ticket_attachments_event_fkey;

CREATE TRIGGER tickets_never_removed BEFORE DELETE OR UPDATE OF id ON tickets FOR EACH ROW EXECUTE FUNCTION refuse_removal();
CREATE TRIGGER tickets_never_emptied BEFORE TRUNCATE ON tickets FOR EACH STATEMENT EXECUTE FUNCTION refuse_removal();
