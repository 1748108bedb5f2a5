-- What a row of the tables that every request writes must keep, as one function a table. PostgreSQL reads the text of each CHECK anew in every
-- statement: twelve of them took a third of the time that writing a ticket takes. A function is read once a connection. The rules keep their names.
CREATE FUNCTION keeps_rules(broken text, relation text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF broken IS NOT NULL THEN
        RAISE check_violation USING
            MESSAGE = format('new row for relation "%s" violates check constraint "%s"', relation, broken),
            TABLE = relation, CONSTRAINT = broken;
    END IF;
    RETURN true;
END $$;
COMMENT ON FUNCTION keeps_rules IS 'refuses a row that breaks the rule of this name; null: it breaks none';

CREATE FUNCTION ticket_keeps_rules(t tickets) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN public.keeps_rules(CASE
        WHEN t.state NOT IN ('triage', 'dispatched', 'returned', 'disputed', 'rectifying', 'suspended', 'awaiting_recheck', 'closed',
                             'rejected', 'merged', 'voided') THEN 'tickets_state_check'
        WHEN t.rev <= 0 THEN 'tickets_rev_check'
        WHEN num_nulls(t.lat, t.lon) NOT IN (0, 2) THEN 'tickets_position_check'
        WHEN num_nulls(t.clock, t.due_at) NOT IN (0, 2) THEN 'tickets_clock_check'
        WHEN (t.state = 'merged') <> (t.master_id IS NOT NULL) THEN 'tickets_master_check'
        WHEN (t.state = 'closed') <> (t.closed_at IS NOT NULL) THEN 'tickets_closed_check'
        WHEN (t.state = 'suspended') <> (t.suspended_until IS NOT NULL) THEN 'tickets_suspended_check'
        WHEN t.exempt AND t.state <> 'closed' THEN 'tickets_exempt_check'
        WHEN t.forced AND t.state <> 'closed' THEN 'tickets_forced_check'
        WHEN t.extensions NOT BETWEEN 0 AND 2 THEN 'tickets_extensions_check'
        WHEN t.supervision_level < 0 THEN 'tickets_supervision_level_check'
        -- What was closed by force (强制结案) before it had an owner may lack one.
        WHEN t.state NOT IN ('triage', 'rejected', 'merged', 'voided') AND NOT (t.forced AND t.lead_unit_id IS NULL)
             AND num_nulls(t.number, t.condition_id, t.lead_unit_id, t.due_at, t.dispatched_at) <> 0 THEN 'tickets_filed_check'
    END, 'tickets');
END $$;
ALTER TABLE tickets
    DROP CONSTRAINT tickets_state_check,
    DROP CONSTRAINT tickets_rev_check,
    DROP CONSTRAINT tickets_position_check,
    DROP CONSTRAINT tickets_clock_check,
    DROP CONSTRAINT tickets_master_check,
    DROP CONSTRAINT tickets_closed_check,
    DROP CONSTRAINT tickets_suspended_check,
    DROP CONSTRAINT tickets_exempt_check,
    DROP CONSTRAINT tickets_forced_check,
    DROP CONSTRAINT tickets_extensions_check,
    DROP CONSTRAINT tickets_supervision_level_check,
    DROP CONSTRAINT tickets_filed_check,
    -- Every row kept the same rules until now.
    ADD CONSTRAINT tickets_rules_check CHECK (ticket_keeps_rules(tickets)) NOT VALID;

CREATE FUNCTION report_keeps_rules(r reports) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN public.keeps_rules(CASE
        WHEN r.source NOT IN ('city', 'district', 'self_check', 'superior') THEN 'reports_source_check'
        WHEN r.datum NOT IN ('wgs84', 'gcj02', 'bd09') THEN 'reports_datum_check'
        WHEN num_nulls(r.raw_lat, r.raw_lon, r.datum) NOT IN (0, 3) THEN 'reports_raw_position_check'
        WHEN num_nulls(r.lat, r.lon) NOT IN (0, 2) THEN 'reports_position_check'
        WHEN r.captured_by NOT IN ('anchor', 'boot', 'gps', 'offset', 'wall') THEN 'reports_captured_by_check'
        WHEN r.captured_error_s < 0 THEN 'reports_captured_error_s_check'
        WHEN num_nulls(r.captured_at, r.captured_by, r.captured_error_s) NOT IN (0, 3) THEN 'reports_captured_check'
    END, 'reports');
END $$;
ALTER TABLE reports
    DROP CONSTRAINT reports_source_check,
    DROP CONSTRAINT reports_datum_check,
    DROP CONSTRAINT reports_raw_position_check,
    DROP CONSTRAINT reports_position_check,
    DROP CONSTRAINT reports_captured_by_check,
    DROP CONSTRAINT reports_captured_error_s_check,
    DROP CONSTRAINT reports_captured_check,
    ADD CONSTRAINT reports_rules_check CHECK (report_keeps_rules(reports)) NOT VALID;

CREATE FUNCTION attachment_keeps_rules(a attachments) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN public.keeps_rules(CASE
        WHEN octet_length(a.sha256) <> 32 THEN 'attachments_sha256_check'
        WHEN a.size_bytes <= 0 THEN 'attachments_size_bytes_check'
        WHEN num_nulls(a.blob_key, a.stored_at) NOT IN (0, 2) THEN 'attachments_stored_check'
        WHEN a.rendition NOT IN ('none', 'ready', 'unreadable', 'unsupported') THEN 'attachments_rendition_check'
        WHEN (a.rendition = 'ready') <> (num_nulls(a.display_key, a.thumb_key, a.width_px, a.height_px) = 0) THEN 'attachments_ready_check'
    END, 'attachments');
END $$;
ALTER TABLE attachments
    DROP CONSTRAINT attachments_sha256_check,
    DROP CONSTRAINT attachments_size_bytes_check,
    DROP CONSTRAINT attachments_stored_check,
    DROP CONSTRAINT attachments_rendition_check,
    DROP CONSTRAINT attachments_ready_check,
    ADD CONSTRAINT attachments_rules_check CHECK (attachment_keeps_rules(attachments)) NOT VALID;
