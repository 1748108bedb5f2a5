DROP TABLE webhooks_to_tell;
DROP FUNCTION tell_webhooks_of_trail;
CREATE FUNCTION tell_webhooks_of_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- What the office alone may know, and slips of the system's own, are told to nobody.
    IF NEW.office_only OR NEW.command = 'supervise' AND NEW.actor_role = 'system'
       OR NOT EXISTS (SELECT FROM webhook_endpoints WHERE disabled_at IS NULL) THEN
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
    FOR EACH ROW EXECUTE FUNCTION tell_webhooks_of_trail();

DROP TRIGGER ticket_events_followed ON ticket_events;
DROP FUNCTION follow_trail;
CREATE FUNCTION await_anchor() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_pending (ticket_id, seq, hash) SELECT ticket_id, seq, hash FROM added ORDER BY ticket_id, seq;
    RETURN NULL;
END $$;
CREATE TRIGGER ticket_events_await_anchor AFTER INSERT ON ticket_events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION await_anchor();
