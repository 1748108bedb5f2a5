DROP INDEX reports_device_id_idx, reports_point_id_idx, findings_condition_id_idx, tickets_point_id_idx, tickets_master_id_idx,
           ticket_events_actor_id_idx, ticket_events_actor_unit_id_idx, ticket_events_device_id_idx,
           ticket_events_holder_unit_id_idx, ticket_assignments_unit_id_idx;
CREATE INDEX reports_device_id_idx ON reports (device_id);
CREATE INDEX reports_point_id_idx ON reports (point_id);
CREATE INDEX findings_condition_id_idx ON findings (condition_id);
CREATE INDEX tickets_point_id_idx ON tickets (point_id);
CREATE INDEX tickets_master_id_idx ON tickets (master_id);
CREATE INDEX ticket_events_actor_id_idx ON ticket_events (actor_id);
CREATE INDEX ticket_events_actor_unit_id_idx ON ticket_events (actor_unit_id);
CREATE INDEX ticket_events_device_id_idx ON ticket_events (device_id);
CREATE INDEX ticket_events_holder_unit_id_idx ON ticket_events (holder_unit_id);
CREATE INDEX ticket_assignments_unit_id_idx ON ticket_assignments (unit_id, ticket_id) WHERE until IS NULL;
CREATE INDEX ticket_assignments_unit_history_idx ON ticket_assignments (unit_id);
