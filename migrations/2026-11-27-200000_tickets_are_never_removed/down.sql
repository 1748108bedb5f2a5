DROP TRIGGER tickets_never_emptied ON tickets;
DROP TRIGGER tickets_never_removed ON tickets;
ALTER TABLE ticket_attachments ADD CONSTRAINT ticket_attachments_event_fkey FOREIGN KEY (ticket_id, seq) REFERENCES ticket_events (ticket_id, seq);
ALTER TABLE ticket_assignments ADD CONSTRAINT ticket_assignments_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets (id);
ALTER TABLE ticket_spans ADD CONSTRAINT ticket_spans_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets (id);
ALTER TABLE ticket_events ADD CONSTRAINT ticket_events_ticket_id_fkey FOREIGN KEY (ticket_id) REFERENCES tickets (id);
