-- Webhooks: what happens to tickets is told to other systems of the city, signed (Standard Webhooks). Messages are written in the
-- transaction of the change, for those who may know of it then; a worker delivers them.
CREATE TABLE webhook_endpoints (
    id             uuid        CONSTRAINT webhook_endpoints_pkey PRIMARY KEY,
    unit_id        uuid        CONSTRAINT webhook_endpoints_unit_id_fkey REFERENCES units (id),
    url            text        NOT NULL,
    description    text        NOT NULL,
    events         text[]      NOT NULL,
    secret         text        NOT NULL,
    former_secret  text,
    former_until   timestamptz,
    created_by     uuid        NOT NULL CONSTRAINT webhook_endpoints_created_by_fkey REFERENCES accounts (id),
    created_at     timestamptz NOT NULL,
    failing_since  timestamptz,
    disabled_at    timestamptz,
    disabled_why   text        CONSTRAINT webhook_endpoints_disabled_why_check CHECK (disabled_why IN ('by_hand', 'failing', 'gone')),
    CONSTRAINT webhook_endpoints_former_check CHECK (num_nulls(former_secret, former_until) IN (0, 2)),
    CONSTRAINT webhook_endpoints_disabled_check CHECK (num_nulls(disabled_at, disabled_why) IN (0, 2))
);
COMMENT ON COLUMN webhook_endpoints.unit_id IS 'whose it is: told of what this unit and those below it may know; null: the office''s';
COMMENT ON COLUMN webhook_endpoints.events IS 'empty: all';
COMMENT ON COLUMN webhook_endpoints.secret IS 'sealed (gateways::sealing)';
CREATE INDEX webhook_endpoints_unit_id_idx ON webhook_endpoints (unit_id);
CREATE INDEX webhook_endpoints_created_by_idx ON webhook_endpoints (created_by);

CREATE TABLE webhook_messages (
    id         uuid        CONSTRAINT webhook_messages_pkey PRIMARY KEY,
    kind       text        NOT NULL,
    created_at timestamptz NOT NULL,
    body       text        NOT NULL
);
COMMENT ON COLUMN webhook_messages.body IS 'as it is sent, to the byte: every attempt signs the same';
CREATE INDEX webhook_messages_created_at_idx ON webhook_messages (created_at);

CREATE TABLE webhook_deliveries (
    id          uuid        CONSTRAINT webhook_deliveries_pkey PRIMARY KEY,
    message_id  uuid        NOT NULL CONSTRAINT webhook_deliveries_message_id_fkey REFERENCES webhook_messages (id) ON DELETE CASCADE,
    endpoint_id uuid        NOT NULL CONSTRAINT webhook_deliveries_endpoint_id_fkey REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    created_at  timestamptz NOT NULL,
    state       text        NOT NULL CONSTRAINT webhook_deliveries_state_check CHECK (state IN ('waiting', 'delivered', 'failed')),
    attempts    integer     NOT NULL DEFAULT 0,
    next_at     timestamptz NOT NULL,
    CONSTRAINT webhook_deliveries_message_key UNIQUE (message_id, endpoint_id)
);
COMMENT ON COLUMN webhook_deliveries.attempts IS 'since it was last put to wait; names the lease while one is made';
CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (next_at, id) WHERE state = 'waiting';
CREATE INDEX webhook_deliveries_endpoint_id_idx ON webhook_deliveries (endpoint_id, created_at DESC, id DESC);

CREATE TABLE webhook_attempts (
    id          bigint      GENERATED ALWAYS AS IDENTITY CONSTRAINT webhook_attempts_pkey PRIMARY KEY,
    delivery_id uuid        NOT NULL CONSTRAINT webhook_attempts_delivery_id_fkey REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    at          timestamptz NOT NULL,
    status      integer,
    error       text
);
COMMENT ON COLUMN webhook_attempts.status IS 'what was answered; null when nothing was';
CREATE INDEX webhook_attempts_delivery_id_idx ON webhook_attempts (delivery_id);

-- Every row of a trail that units may see is a message; a slip of the ladder is not, because its digest is. Nobody's name is in it: the
-- row's actor, opinion and data are left out. At the end of the transaction, whatever the order in which it writes ticket and trail: who is
-- told is decided by what is committed.
CREATE FUNCTION tell_webhooks_of_trail() RETURNS trigger LANGUAGE plpgsql AS $$
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
