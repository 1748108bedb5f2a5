DROP TRIGGER ticket_events_webhooks ON ticket_events;
CREATE OR REPLACE FUNCTION tell_webhooks_of_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM webhook_endpoints WHERE disabled_at IS NULL) THEN
        RETURN NULL;
    END IF;
    WITH told AS MATERIALIZED (
        SELECT gen_random_uuid() AS id, 'ticket.' || NEW.command AS kind, u.lineage,
               json_build_object(
                   'type', 'ticket.' || NEW.command,
                   'timestamp', to_char(NEW.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                   'data', json_build_object(
                       'ticket', t.id, 'number', t.number, 'rev', t.rev::text, 'from', NEW.from_state, 'state', NEW.to_state,
                       'item', t.item, 'district', t.district_code, 'lead_unit', u.code, 'lead_unit_name', t.lead_unit_name,
                       'due_at', to_char(t.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                       'danger', t.danger, 'supervision_level', t.supervision_level))::text AS body
          FROM tickets t LEFT JOIN units u ON u.id = t.lead_unit_id
         WHERE t.id = NEW.ticket_id),
    wanted AS MATERIALIZED (
        SELECT told.id AS message_id, e.id AS endpoint_id
          FROM told JOIN webhook_endpoints e ON e.disabled_at IS NULL AND (e.events = '{}' OR told.kind = ANY (e.events))
         WHERE e.unit_id IS NULL OR e.unit_id = ANY (told.lineage) OR EXISTS (
               SELECT FROM ticket_assignments a JOIN units c ON c.id = a.unit_id
                WHERE a.ticket_id = NEW.ticket_id AND a.until IS NULL AND e.unit_id = ANY (c.lineage))),
    messages AS (
        INSERT INTO webhook_messages (id, kind, created_at, body)
        SELECT id, kind, NEW.at, body FROM told WHERE id IN (SELECT message_id FROM wanted))
    INSERT INTO webhook_deliveries (id, message_id, endpoint_id, created_at, state, next_at)
    SELECT gen_random_uuid(), message_id, endpoint_id, NEW.at, 'waiting', NEW.at FROM wanted;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ticket_events_webhooks AFTER INSERT ON ticket_events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NOT NEW.office_only AND NOT (NEW.command = 'supervise' AND NEW.actor_role = 'system'))
    EXECUTE FUNCTION tell_webhooks_of_trail();

DROP TRIGGER tickets_tally_new ON tickets;
DROP FUNCTION tally_new_tickets;
DROP TRIGGER tickets_tally_changed ON tickets;
CREATE OR REPLACE FUNCTION tally_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number IS NOT NULL AND OLD.state <> 'voided' THEN
        INSERT INTO ticket_tally_changes (day, district_code, lead_unit_id, item, outcome, cell_lat, cell_lon, n)
        VALUES ((OLD.listed_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(OLD.district_code, ''), OLD.lead_unit_id, OLD.item,
                ticket_outcome(OLD.state, OLD.due_at, OLD.submitted_at, OLD.closed_at, OLD.exempt), floor(OLD.lat * 512), floor(OLD.lon * 512), -1);
    END IF;
    IF NEW.state <> 'voided' THEN
        INSERT INTO ticket_tally_changes (day, district_code, lead_unit_id, item, outcome, cell_lat, cell_lon, n)
        VALUES ((NEW.listed_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(NEW.district_code, ''), NEW.lead_unit_id, NEW.item,
                ticket_outcome(NEW.state, NEW.due_at, NEW.submitted_at, NEW.closed_at, NEW.exempt), floor(NEW.lat * 512), floor(NEW.lon * 512), 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_tally_new AFTER INSERT ON tickets FOR EACH ROW WHEN (NEW.number IS NOT NULL) EXECUTE FUNCTION tally_ticket();
CREATE TRIGGER tickets_tally_changed AFTER UPDATE ON tickets FOR EACH ROW
    WHEN ((OLD.number IS NULL, ticket_outcome(OLD.state, OLD.due_at, OLD.submitted_at, OLD.closed_at, OLD.exempt),
           OLD.lead_unit_id, OLD.district_code, OLD.item, OLD.lat, OLD.lon, OLD.listed_at)
          IS DISTINCT FROM
          (NEW.number IS NULL, ticket_outcome(NEW.state, NEW.due_at, NEW.submitted_at, NEW.closed_at, NEW.exempt),
           NEW.lead_unit_id, NEW.district_code, NEW.item, NEW.lat, NEW.lon, NEW.listed_at)
          AND NEW.number IS NOT NULL)
    EXECUTE FUNCTION tally_ticket();

DROP TRIGGER tickets_keep_span ON tickets;
CREATE OR REPLACE FUNCTION keep_ticket_span() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz := coalesce(OLD.known_since, OLD.created_at);
BEGIN
    -- Several changes of one instant are one: nobody can ask for what was in between.
    IF NEW.updated_at > since THEN
        INSERT INTO ticket_spans VALUES (
            OLD.id, since, NEW.updated_at, OLD.state, OLD.scheme, OLD.version, OLD.item, OLD.condition_id, OLD.point_id, OLD.district_code,
            OLD.district_name, OLD.routing #>> '{polygon,code}', OLD.lead_unit_id, OLD.lead_unit_name, OLD.dispatched_at, OLD.due_at,
            OLD.due_provisional, OLD.clock_stopped_at, OLD.submitted_at, OLD.photos_due_at, OLD.closed_at, OLD.suspended_until,
            OLD.rework_round, OLD.return_count, OLD.extensions, OLD.exempt, OLD.forced, OLD.supervision_level);
        NEW.known_since := NEW.updated_at;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER tickets_keep_span BEFORE UPDATE ON tickets FOR EACH ROW
    WHEN ((OLD.state, OLD.scheme, OLD.version, OLD.item, OLD.condition_id, OLD.point_id, OLD.district_code, OLD.district_name, OLD.lead_unit_id,
           OLD.lead_unit_name, OLD.dispatched_at, OLD.due_at, OLD.due_provisional, OLD.clock_stopped_at, OLD.submitted_at, OLD.photos_due_at,
           OLD.closed_at, OLD.suspended_until, OLD.rework_round, OLD.return_count, OLD.extensions, OLD.exempt, OLD.forced, OLD.supervision_level)
          IS DISTINCT FROM
          (NEW.state, NEW.scheme, NEW.version, NEW.item, NEW.condition_id, NEW.point_id, NEW.district_code, NEW.district_name, NEW.lead_unit_id,
           NEW.lead_unit_name, NEW.dispatched_at, NEW.due_at, NEW.due_provisional, NEW.clock_stopped_at, NEW.submitted_at, NEW.photos_due_at,
           NEW.closed_at, NEW.suspended_until, NEW.rework_round, NEW.return_count, NEW.extensions, NEW.exempt, NEW.forced, NEW.supervision_level))
    EXECUTE FUNCTION keep_ticket_span();
