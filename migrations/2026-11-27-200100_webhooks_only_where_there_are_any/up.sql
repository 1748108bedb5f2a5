-- Most cities tell no webhook anything: that there is none is found out once for each statement that adds to a trail, by the trigger that looks at it
-- anyway, not once more for each row at the end of the transaction. (Whoever makes an endpoint, or switches one on, waits for those who may have
-- found none: they hold readers.) Where there is one, what it is told is still decided by what is committed: the rows that are to be told wait for the
-- end in a table that is empty again by then, and need not outlive a crash.
CREATE UNLOGGED TABLE webhooks_to_tell (
    ticket_id uuid    NOT NULL,
    seq       integer NOT NULL,
    CONSTRAINT webhooks_to_tell_pkey PRIMARY KEY (ticket_id, seq)
);

DROP TRIGGER ticket_events_await_anchor ON ticket_events;
DROP FUNCTION await_anchor;
CREATE FUNCTION follow_trail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit_pending (ticket_id, seq, hash) SELECT ticket_id, seq, hash FROM added ORDER BY ticket_id, seq;
    IF EXISTS (SELECT FROM webhook_endpoints WHERE disabled_at IS NULL) THEN
        -- What the office alone may know, and slips of the system's own, are told to nobody.
        INSERT INTO webhooks_to_tell (ticket_id, seq)
        SELECT ticket_id, seq FROM added WHERE NOT office_only AND NOT (command = 'supervise' AND actor_role = 'system');
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ticket_events_followed AFTER INSERT ON ticket_events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION follow_trail();

DROP TRIGGER ticket_events_webhooks ON ticket_events;
DROP FUNCTION tell_webhooks_of_trail;
CREATE FUNCTION tell_webhooks_of_trail() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    event ticket_events;
BEGIN
    DELETE FROM webhooks_to_tell WHERE ticket_id = NEW.ticket_id AND seq = NEW.seq;
    SELECT * INTO STRICT event FROM ticket_events WHERE ticket_id = NEW.ticket_id AND seq = NEW.seq;
    WITH told AS MATERIALIZED (
        SELECT gen_random_uuid() AS id, 'ticket.' || event.command AS kind, u.lineage,
               json_build_object(
                   'type', 'ticket.' || event.command,
                   'timestamp', to_char(event.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
                   'data', json_build_object(
                       'ticket', t.id, 'number', t.number, 'rev', t.rev::text, 'from', event.from_state, 'state', event.to_state,
                       'item', t.item, 'district', t.district_code, 'lead_unit', u.code, 'lead_unit_name', t.lead_unit_name,
                       'due_at', to_char(t.due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
                       'danger', t.danger, 'supervision_level', t.supervision_level))::text AS body
          FROM tickets t LEFT JOIN units u ON u.id = t.lead_unit_id
         WHERE t.id = event.ticket_id),
    wanted AS MATERIALIZED (
        SELECT told.id AS message_id, e.id AS endpoint_id
          FROM told JOIN webhook_endpoints e ON e.disabled_at IS NULL AND (e.events = '{}' OR told.kind = ANY (e.events))
         WHERE e.unit_id IS NULL OR e.unit_id = ANY (told.lineage) OR EXISTS (
               SELECT FROM ticket_assignments a JOIN units c ON c.id = a.unit_id
                WHERE a.ticket_id = event.ticket_id AND a.until IS NULL AND e.unit_id = ANY (c.lineage))),
    messages AS (
        INSERT INTO webhook_messages (id, kind, created_at, body)
        SELECT id, kind, event.at, body FROM told WHERE id IN (SELECT message_id FROM wanted))
    INSERT INTO webhook_deliveries (id, message_id, endpoint_id, created_at, state, next_at)
    SELECT gen_random_uuid(), message_id, endpoint_id, event.at, 'waiting', event.at FROM wanted;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER webhooks_to_tell_at_the_end AFTER INSERT ON webhooks_to_tell DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION tell_webhooks_of_trail();
