DROP TRIGGER devices_never_removed ON devices;
DROP TRIGGER units_never_removed ON units;
DROP TRIGGER accounts_never_removed ON accounts;
DROP FUNCTION refuse_removal();
CREATE INDEX ticket_events_actor_id_idx ON ticket_events (actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX ticket_events_actor_unit_id_idx ON ticket_events (actor_unit_id) WHERE actor_unit_id IS NOT NULL;
CREATE INDEX ticket_events_device_id_idx ON ticket_events (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX ticket_events_holder_unit_id_idx ON ticket_events (holder_unit_id) WHERE holder_unit_id IS NOT NULL;
ALTER TABLE ticket_events
    ADD CONSTRAINT ticket_events_actor_id_fkey FOREIGN KEY (actor_id) REFERENCES accounts (id),
    ADD CONSTRAINT ticket_events_actor_unit_id_fkey FOREIGN KEY (actor_unit_id) REFERENCES units (id),
    ADD CONSTRAINT ticket_events_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices (id),
    ADD CONSTRAINT ticket_events_holder_unit_id_fkey FOREIGN KEY (holder_unit_id) REFERENCES units (id);
