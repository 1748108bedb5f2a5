-- When a span was overdue is written with it, not reckoned by its index: PostgreSQL prepares what an index reckons anew in every statement that
-- writes the table, which took a quarter of every change of a ticket. Few spans are overdue:
-- to write theirs is no work for a job.
ALTER TABLE ticket_spans ADD COLUMN overdue tstzrange;
COMMENT ON COLUMN ticket_spans.overdue IS 'overdue_during of the span, when it is kept; audit verify reckons it again';
ALTER TABLE ticket_spans DISABLE TRIGGER ticket_spans_append_only;
UPDATE ticket_spans SET overdue = overdue_during(since, until, state, due_at, submitted_at, photos_due_at)
 WHERE overdue_during(since, until, state, due_at, submitted_at, photos_due_at) IS NOT NULL;
ALTER TABLE ticket_spans ENABLE TRIGGER ticket_spans_append_only;
DROP INDEX ticket_spans_overdue_idx;
CREATE INDEX ticket_spans_overdue_idx ON ticket_spans USING spgist (overdue) WHERE overdue IS NOT NULL;

CREATE OR REPLACE FUNCTION keep_ticket_span() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    since timestamptz;
BEGIN
    IF (OLD.state, OLD.scheme, OLD.version, OLD.item, OLD.condition_id, OLD.point_id, OLD.district_code, OLD.district_name, OLD.lead_unit_id,
        OLD.lead_unit_name, OLD.dispatched_at, OLD.due_at, OLD.due_provisional, OLD.clock_stopped_at, OLD.submitted_at, OLD.photos_due_at,
        OLD.closed_at, OLD.suspended_until, OLD.rework_round, OLD.return_count, OLD.extensions, OLD.exempt, OLD.forced, OLD.supervision_level)
       IS NOT DISTINCT FROM
       (NEW.state, NEW.scheme, NEW.version, NEW.item, NEW.condition_id, NEW.point_id, NEW.district_code, NEW.district_name, NEW.lead_unit_id,
        NEW.lead_unit_name, NEW.dispatched_at, NEW.due_at, NEW.due_provisional, NEW.clock_stopped_at, NEW.submitted_at, NEW.photos_due_at,
        NEW.closed_at, NEW.suspended_until, NEW.rework_round, NEW.return_count, NEW.extensions, NEW.exempt, NEW.forced, NEW.supervision_level) THEN
        RETURN NEW;
    END IF;
    since := coalesce(OLD.known_since, OLD.created_at);
    -- Several changes of one instant are one: nobody can ask for what was in between.
    IF NEW.updated_at > since THEN
        INSERT INTO ticket_spans VALUES (
            OLD.id, since, NEW.updated_at, OLD.state, OLD.scheme, OLD.version, OLD.item, OLD.condition_id, OLD.point_id, OLD.district_code,
            OLD.district_name, OLD.routing #>> '{polygon,code}', OLD.lead_unit_id, OLD.lead_unit_name, OLD.dispatched_at, OLD.due_at,
            OLD.due_provisional, OLD.clock_stopped_at, OLD.submitted_at, OLD.photos_due_at, OLD.closed_at, OLD.suspended_until,
            OLD.rework_round, OLD.return_count, OLD.extensions, OLD.exempt, OLD.forced, OLD.supervision_level,
            overdue_during(since, NEW.updated_at, OLD.state, OLD.due_at, OLD.submitted_at, OLD.photos_due_at));
        NEW.known_since := NEW.updated_at;
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION tickets_at(instant timestamptz) RETURNS SETOF ticket_spans LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT t.id, coalesce(t.known_since, t.created_at), 'infinity'::timestamptz, t.state, t.scheme, t.version, t.item, t.condition_id,
           t.point_id, t.district_code, t.district_name, t.routing #>> '{polygon,code}', t.lead_unit_id, t.lead_unit_name, t.dispatched_at,
           t.due_at, t.due_provisional, t.clock_stopped_at, t.submitted_at, t.photos_due_at, t.closed_at, t.suspended_until,
           t.rework_round, t.return_count, t.extensions, t.exempt, t.forced, t.supervision_level,
           overdue_during(coalesce(t.known_since, t.created_at), 'infinity', t.state, t.due_at, t.submitted_at, t.photos_due_at)
      FROM tickets t WHERE coalesce(t.known_since, t.created_at) <= instant
    UNION ALL
    SELECT * FROM ticket_spans s WHERE s.until > instant AND s.since <= instant
$$;
