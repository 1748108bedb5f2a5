-- Rectification tickets (整改工单): one finding, one ticket. Server-owned state, changed by commands only.
CREATE SEQUENCE ticket_numbers AS bigint;

CREATE TABLE tickets (
    id                uuid             CONSTRAINT tickets_pkey PRIMARY KEY,
    number            text             CONSTRAINT tickets_number_key UNIQUE,
    finding_id        uuid             CONSTRAINT tickets_finding_id_fkey REFERENCES findings (id)
                                       CONSTRAINT tickets_finding_id_key UNIQUE,
    state             text             NOT NULL
        CONSTRAINT tickets_state_check CHECK (state IN ('triage', 'dispatched', 'returned', 'disputed', 'rectifying', 'suspended',
                                                        'awaiting_recheck', 'closed', 'rejected', 'merged', 'voided')),
    rev               bigint           NOT NULL CONSTRAINT tickets_rev_check CHECK (rev > 0),
    triage_reasons    text[]           NOT NULL,
    scheme            text             NOT NULL,
    version           text             NOT NULL,
    item              text             NOT NULL,
    condition_id      uuid             CONSTRAINT tickets_condition_id_fkey REFERENCES filing_conditions (id),
    text              text             NOT NULL,
    danger            boolean          NOT NULL,
    fixed_on_site     boolean          NOT NULL,
    point_id          uuid             CONSTRAINT tickets_point_id_fkey REFERENCES check_points (id),
    lat               double precision,
    lon               double precision,
    district_code     text,
    district_name     text,
    routing           jsonb            NOT NULL,
    lead_unit_id      uuid             CONSTRAINT tickets_lead_unit_id_fkey REFERENCES units (id),
    lead_unit_name    text,
    clock             jsonb,
    clock_stopped_at  timestamptz,
    due_at            timestamptz,
    due_provisional   boolean          NOT NULL DEFAULT false,
    listed_at         timestamptz      NOT NULL,
    dispatched_at     timestamptz,
    submitted_at      timestamptz,
    photos_due_at     timestamptz,
    closed_at         timestamptz,
    rework_round      integer          NOT NULL DEFAULT 0,
    return_count      integer          NOT NULL DEFAULT 0,
    master_id         uuid             CONSTRAINT tickets_master_id_fkey REFERENCES tickets (id),
    created_at        timestamptz      NOT NULL,
    updated_at        timestamptz      NOT NULL,
    CONSTRAINT tickets_item_fkey FOREIGN KEY (scheme, version, item) REFERENCES catalogue_items (scheme, version, code),
    CONSTRAINT tickets_position_check CHECK (num_nulls(lat, lon) IN (0, 2)),
    CONSTRAINT tickets_master_check CHECK ((state = 'merged') = (master_id IS NOT NULL)),
    CONSTRAINT tickets_closed_check CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT tickets_clock_check CHECK (num_nulls(clock, due_at) IN (0, 2)),
    CONSTRAINT tickets_filed_check CHECK (state IN ('triage', 'rejected', 'merged', 'voided')
        OR num_nulls(number, condition_id, lead_unit_id, due_at, dispatched_at) = 0)
);
COMMENT ON COLUMN tickets.rev IS 'counts the changes that the lead unit can see; the ETag';
COMMENT ON COLUMN tickets.routing IS 'why this unit: rule, polygon, metres to the border, candidates (domain::ticket::routing)';
COMMENT ON COLUMN tickets.district_name IS 'frozen: an old ticket keeps the old name';
COMMENT ON COLUMN tickets.clock IS 'the limit as frozen at filing and every stop and start since (domain::calendar::DeadlineClock); due_at and clock_stopped_at are read from it';
COMMENT ON COLUMN tickets.clock_stopped_at IS 'null while the clock runs; due_at stays as it was when it stopped';
COMMENT ON COLUMN tickets.listed_at IS 'order of lists: arrival while in triage, filing from then on (units must not learn when it arrived)';
COMMENT ON COLUMN tickets.photos_due_at IS 'set while declared after-photos are still missing: bytes that come later than this move the submission';
CREATE INDEX tickets_listed_idx ON tickets (listed_at DESC, id DESC);
CREATE INDEX tickets_state_idx ON tickets (state, listed_at DESC, id DESC);
CREATE INDEX tickets_lead_unit_id_idx ON tickets (lead_unit_id, listed_at DESC, id DESC);
CREATE INDEX tickets_district_idx ON tickets (district_code, listed_at DESC, id DESC);
CREATE INDEX tickets_item_idx ON tickets (scheme, version, item);
CREATE INDEX tickets_condition_id_idx ON tickets (condition_id);
CREATE INDEX tickets_point_id_idx ON tickets (point_id);
CREATE INDEX tickets_master_id_idx ON tickets (master_id);
CREATE INDEX tickets_due_idx ON tickets (due_at, id) WHERE state IN ('dispatched', 'rectifying', 'awaiting_recheck');
CREATE INDEX tickets_provisional_idx ON tickets (id) WHERE due_provisional;

-- Who has or had the ticket: one current lead, any number of cooperating units (配合单位); names frozen.
CREATE TABLE ticket_assignments (
    id        uuid        CONSTRAINT ticket_assignments_pkey PRIMARY KEY,
    ticket_id uuid        NOT NULL CONSTRAINT ticket_assignments_ticket_id_fkey REFERENCES tickets (id),
    unit_id   uuid        CONSTRAINT ticket_assignments_unit_id_fkey REFERENCES units (id),
    unit_name text        NOT NULL,
    role      text        NOT NULL CONSTRAINT ticket_assignments_role_check CHECK (role IN ('lead', 'cooperating')),
    since     timestamptz NOT NULL,
    until     timestamptz,
    CONSTRAINT ticket_assignments_lead_check CHECK (role = 'cooperating' OR unit_id IS NOT NULL)
);
COMMENT ON COLUMN ticket_assignments.unit_id IS 'null: a cooperating party that is no unit of the system (operator, owner), kept as text';
CREATE UNIQUE INDEX ticket_assignments_lead_key ON ticket_assignments (ticket_id) WHERE role = 'lead' AND until IS NULL;
CREATE INDEX ticket_assignments_ticket_id_idx ON ticket_assignments (ticket_id);
CREATE INDEX ticket_assignments_unit_id_idx ON ticket_assignments (unit_id, ticket_id) WHERE until IS NULL;
CREATE INDEX ticket_assignments_unit_history_idx ON ticket_assignments (unit_id);

-- The trail (留痕): append-only, one row a change.
CREATE TABLE ticket_events (
    ticket_id      uuid        NOT NULL CONSTRAINT ticket_events_ticket_id_fkey REFERENCES tickets (id),
    seq            integer     NOT NULL,
    at             timestamptz NOT NULL,
    command        text        NOT NULL,
    from_state     text,
    to_state       text        NOT NULL,
    actor_id       uuid        CONSTRAINT ticket_events_actor_id_fkey REFERENCES accounts (id),
    actor_role     text        NOT NULL,
    actor_unit_id  uuid        CONSTRAINT ticket_events_actor_unit_id_fkey REFERENCES units (id),
    device_id      uuid        CONSTRAINT ticket_events_device_id_fkey REFERENCES devices (id),
    holder_unit_id uuid        CONSTRAINT ticket_events_holder_unit_id_fkey REFERENCES units (id),
    opinion        text        NOT NULL,
    data           jsonb       NOT NULL,
    office_only    boolean     NOT NULL,
    CONSTRAINT ticket_events_pkey PRIMARY KEY (ticket_id, seq)
);
COMMENT ON COLUMN ticket_events.holder_unit_id IS 'who holds the ticket from this row on; null: the office';
COMMENT ON COLUMN ticket_events.actor_role IS 'a role, or system';
CREATE INDEX ticket_events_actor_id_idx ON ticket_events (actor_id);
CREATE INDEX ticket_events_actor_unit_id_idx ON ticket_events (actor_unit_id);
CREATE INDEX ticket_events_device_id_idx ON ticket_events (device_id);
CREATE INDEX ticket_events_holder_unit_id_idx ON ticket_events (holder_unit_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ticket_events_append_only BEFORE UPDATE OR DELETE ON ticket_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ticket_events_never_emptied BEFORE TRUNCATE ON ticket_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
