-- What tickets were, and from when until when (有效期): the list of any past instant is the same next week, whatever has happened since.
-- The row of a ticket says what is so since `known_since`; what it said before lies here. A trigger keeps it, so that no writer can forget
-- to; rows are only ever added. Only what lists and figures are made of begins a new span: a comment does not.
CREATE FUNCTION overdue_after(state text, due_at timestamptz, submitted_at timestamptz, photos_due_at timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN due_at IS NULL THEN NULL
                WHEN state IN ('dispatched', 'rectifying') THEN due_at
                WHEN state <> 'awaiting_recheck' THEN NULL
                WHEN submitted_at > due_at THEN '-infinity'::timestamptz
                WHEN photos_due_at IS NOT NULL THEN greatest(due_at, photos_due_at) END;
COMMENT ON FUNCTION overdue_after IS 'a ticket in this condition is overdue (超期未结) at every instant later than this; null: at none. The same as Ticket::overdue_after';

CREATE FUNCTION overdue_during(since timestamptz, until timestamptz, state text, due_at timestamptz, submitted_at timestamptz, photos_due_at timestamptz)
    RETURNS tstzrange LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN overdue_after(state, due_at, submitted_at, photos_due_at) < since THEN tstzrange(since, until)
                WHEN overdue_after(state, due_at, submitted_at, photos_due_at) < until
                THEN tstzrange(overdue_after(state, due_at, submitted_at, photos_due_at), until, '()') END;
COMMENT ON FUNCTION overdue_during IS 'the instants of a span at which the ticket was overdue; null: none';

ALTER TABLE tickets ADD known_since timestamptz;
COMMENT ON COLUMN tickets.known_since IS 'since when it has been what it is, in what ticket_spans keeps; null: since it was created. Written by a trigger only';

CREATE TABLE ticket_spans (
    ticket_id         uuid        NOT NULL CONSTRAINT ticket_spans_ticket_id_fkey REFERENCES tickets (id),
    since             timestamptz NOT NULL,
    until             timestamptz NOT NULL,
    state             text        NOT NULL,
    scheme            text        NOT NULL,
    version           text        NOT NULL,
    item              text        NOT NULL,
    condition_id      uuid,
    point_id          uuid,
    district_code     text,
    district_name     text,
    zone_code         text,
    lead_unit_id      uuid,
    lead_unit_name    text,
    dispatched_at     timestamptz,
    due_at            timestamptz,
    due_provisional   boolean     NOT NULL,
    clock_stopped_at  timestamptz,
    submitted_at      timestamptz,
    photos_due_at     timestamptz,
    closed_at         timestamptz,
    suspended_until   timestamptz,
    rework_round      integer     NOT NULL,
    return_count      integer     NOT NULL,
    extensions        integer     NOT NULL,
    exempt            boolean     NOT NULL,
    forced            boolean     NOT NULL,
    supervision_level integer     NOT NULL,
    CONSTRAINT ticket_spans_pkey PRIMARY KEY (ticket_id, since),
    CONSTRAINT ticket_spans_order_check CHECK (since < until)
);
COMMENT ON TABLE ticket_spans IS 'what a ticket was from since (inclusive) until until (exclusive); what it is now is its own row';
COMMENT ON COLUMN ticket_spans.zone_code IS 'the polygon that it was routed by (tickets.routing), where a sponsor may stand';
CREATE INDEX ticket_spans_until_idx ON ticket_spans (until);
CREATE INDEX ticket_spans_overdue_idx ON ticket_spans USING gist (overdue_during(since, until, state, due_at, submitted_at, photos_due_at))
    WHERE overdue_during(since, until, state, due_at, submitted_at, photos_due_at) IS NOT NULL;
CREATE TRIGGER ticket_spans_append_only BEFORE UPDATE OR DELETE ON ticket_spans
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ticket_spans_never_emptied BEFORE TRUNCATE ON ticket_spans
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- In the order of due_at, the overdue come first: what was submitted in time is not in it. With what they are counted by beside them.
DROP INDEX tickets_due_idx;
CREATE INDEX tickets_due_idx ON tickets (due_at, id)
    INCLUDE (state, submitted_at, photos_due_at, lead_unit_id, district_code, item, listed_at)
    WHERE overdue_after(state, due_at, submitted_at, photos_due_at) IS NOT NULL;

-- Tickets that are here already: their spans are read from the trail, which tells every state, holder, deadline and level with its instant.
-- What it does not tell is taken from the present row: item, condition, place and district (of tickets corrected since), and counters of
-- extensions, returns and rework; late photos of a submission are not known. Instants before this migration are answered as well as that.
INSERT INTO ticket_spans
SELECT e.ticket_id, e.at, e.until, e.to_state, t.scheme, t.version, t.item, t.condition_id, t.point_id, t.district_code, t.district_name,
       t.routing #>> '{polygon,code}', held.holder_unit_id, u.name_zh, (timed.clock ->> 'started_at')::timestamptz,
       (timed.clock #>> '{due,at}')::timestamptz, coalesce((timed.clock #>> '{due,provisional}')::boolean, false),
       CASE WHEN e.to_state NOT IN ('dispatched', 'rectifying') THEN e.at END, sent.at, NULL,
       CASE WHEN e.to_state = 'closed' THEN t.closed_at END, CASE WHEN e.to_state = 'suspended' THEN t.suspended_until END,
       t.rework_round, t.return_count, t.extensions, false, false,
       (SELECT count(*) FROM ticket_events s WHERE s.ticket_id = e.ticket_id AND s.seq <= e.seq AND s.command = 'supervise')
  FROM (SELECT ticket_id, seq, at, to_state, lead(at) OVER (PARTITION BY ticket_id ORDER BY seq) AS until
          FROM ticket_events WHERE command NOT IN ('comment', 'assign', 'reply')) e
  JOIN tickets t ON t.id = e.ticket_id
  LEFT JOIN LATERAL (SELECT h.holder_unit_id FROM ticket_events h
                      WHERE h.ticket_id = e.ticket_id AND h.seq <= e.seq AND h.holder_unit_id IS NOT NULL
                      ORDER BY h.seq DESC LIMIT 1) held ON true
  LEFT JOIN units u ON u.id = held.holder_unit_id
  LEFT JOIN LATERAL (SELECT c.data -> 'clock' AS clock FROM ticket_events c
                      WHERE c.ticket_id = e.ticket_id AND c.seq <= e.seq AND jsonb_typeof(c.data -> 'clock') = 'object'
                      ORDER BY c.seq DESC LIMIT 1) timed ON true
  LEFT JOIN LATERAL (SELECT s.at FROM ticket_events s
                      WHERE s.ticket_id = e.ticket_id AND s.seq <= e.seq AND s.command = 'submit' AND e.to_state IN ('awaiting_recheck', 'closed')
                      ORDER BY s.seq DESC LIMIT 1) sent ON true
 WHERE e.at < e.until;
UPDATE tickets t SET known_since = s.until
  FROM (SELECT ticket_id, max(until) AS until FROM ticket_spans GROUP BY ticket_id) s WHERE s.ticket_id = t.id;

CREATE FUNCTION keep_ticket_span() RETURNS trigger LANGUAGE plpgsql AS $$
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

-- One place for "as was known at an instant": whoever counts, counts this.
CREATE FUNCTION tickets_at(instant timestamptz) RETURNS SETOF ticket_spans LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.id, coalesce(t.known_since, t.created_at), 'infinity'::timestamptz, t.state, t.scheme, t.version, t.item, t.condition_id,
           t.point_id, t.district_code, t.district_name, t.routing #>> '{polygon,code}', t.lead_unit_id, t.lead_unit_name, t.dispatched_at,
           t.due_at, t.due_provisional, t.clock_stopped_at, t.submitted_at, t.photos_due_at, t.closed_at, t.suspended_until,
           t.rework_round, t.return_count, t.extensions, t.exempt, t.forced, t.supervision_level
      FROM tickets t WHERE coalesce(t.known_since, t.created_at) <= instant
    UNION ALL
    SELECT * FROM ticket_spans s WHERE s.until > instant AND s.since <= instant
$$;
COMMENT ON FUNCTION tickets_at IS 'every ticket that there was at an instant, as it was; until is infinity for what still is so';
