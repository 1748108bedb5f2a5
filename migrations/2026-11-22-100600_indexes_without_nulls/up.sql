-- The index of a foreign key need not hold the rows that refer to nothing. Most rows do not: a report made of one finding
-- wrote eleven index entries that nobody can ask for.
DROP INDEX reports_device_id_idx, reports_point_id_idx, findings_condition_id_idx, tickets_point_id_idx, tickets_master_id_idx,
           ticket_events_actor_id_idx, ticket_events_actor_unit_id_idx, ticket_events_device_id_idx,
           ticket_events_holder_unit_id_idx, ticket_assignments_unit_id_idx, ticket_assignments_unit_history_idx;
CREATE INDEX reports_device_id_idx ON reports (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX reports_point_id_idx ON reports (point_id) WHERE point_id IS NOT NULL;
CREATE INDEX findings_condition_id_idx ON findings (condition_id) WHERE condition_id IS NOT NULL;
CREATE INDEX tickets_point_id_idx ON tickets (point_id) WHERE point_id IS NOT NULL;
CREATE INDEX tickets_master_id_idx ON tickets (master_id) WHERE master_id IS NOT NULL;
CREATE INDEX ticket_events_actor_id_idx ON ticket_events (actor_id) WHERE actor_id IS NOT NULL;
CREATE INDEX ticket_events_actor_unit_id_idx ON ticket_events (actor_unit_id) WHERE actor_unit_id IS NOT NULL;
CREATE INDEX ticket_events_device_id_idx ON ticket_events (device_id) WHERE device_id IS NOT NULL;
CREATE INDEX ticket_events_holder_unit_id_idx ON ticket_events (holder_unit_id) WHERE holder_unit_id IS NOT NULL;
-- Present and former units in one: few tickets change hands.
CREATE INDEX ticket_assignments_unit_id_idx ON ticket_assignments (unit_id, ticket_id) WHERE unit_id IS NOT NULL;
