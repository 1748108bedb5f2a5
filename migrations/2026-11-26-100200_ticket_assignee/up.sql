-- Who of the lead unit works on a ticket (经办人).
ALTER TABLE tickets ADD assignee_id uuid CONSTRAINT tickets_assignee_id_fkey REFERENCES accounts (id);
COMMENT ON COLUMN tickets.assignee_id IS 'told to the lead unit and the office, never to inspectors';
CREATE INDEX tickets_assignee_id_idx ON tickets (assignee_id, listed_at DESC, id DESC) WHERE assignee_id IS NOT NULL;
