ALTER TABLE attachments
    DROP CONSTRAINT attachments_rules_check,
    ADD CONSTRAINT attachments_sha256_check CHECK (octet_length(sha256) = 32),
    ADD CONSTRAINT attachments_size_bytes_check CHECK (size_bytes > 0),
    ADD CONSTRAINT attachments_stored_check CHECK (num_nulls(blob_key, stored_at) IN (0, 2)),
    ADD CONSTRAINT attachments_rendition_check CHECK (rendition IN ('none', 'ready', 'unreadable', 'unsupported')),
    ADD CONSTRAINT attachments_ready_check
        CHECK ((rendition = 'ready') = (num_nulls(display_key, thumb_key, width_px, height_px) = 0));
DROP FUNCTION attachment_keeps_rules;

ALTER TABLE reports
    DROP CONSTRAINT reports_rules_check,
    ADD CONSTRAINT reports_source_check CHECK (source IN ('city', 'district', 'self_check', 'superior')),
    ADD CONSTRAINT reports_datum_check CHECK (datum IN ('wgs84', 'gcj02', 'bd09')),
    ADD CONSTRAINT reports_raw_position_check CHECK (num_nulls(raw_lat, raw_lon, datum) IN (0, 3)),
    ADD CONSTRAINT reports_position_check CHECK (num_nulls(lat, lon) IN (0, 2)),
    ADD CONSTRAINT reports_captured_by_check CHECK (captured_by IN ('anchor', 'boot', 'gps', 'offset', 'wall')),
    ADD CONSTRAINT reports_captured_error_s_check CHECK (captured_error_s >= 0),
    ADD CONSTRAINT reports_captured_check CHECK (num_nulls(captured_at, captured_by, captured_error_s) IN (0, 3));
DROP FUNCTION report_keeps_rules;

ALTER TABLE tickets
    DROP CONSTRAINT tickets_rules_check,
    ADD CONSTRAINT tickets_state_check CHECK (state IN
        ('triage', 'dispatched', 'returned', 'disputed', 'rectifying', 'suspended', 'awaiting_recheck', 'closed', 'rejected', 'merged', 'voided')),
    ADD CONSTRAINT tickets_rev_check CHECK (rev > 0),
    ADD CONSTRAINT tickets_position_check CHECK (num_nulls(lat, lon) IN (0, 2)),
    ADD CONSTRAINT tickets_clock_check CHECK (num_nulls(clock, due_at) IN (0, 2)),
    ADD CONSTRAINT tickets_master_check CHECK ((state = 'merged') = (master_id IS NOT NULL)),
    ADD CONSTRAINT tickets_closed_check CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    ADD CONSTRAINT tickets_suspended_check CHECK ((state = 'suspended') = (suspended_until IS NOT NULL)),
    ADD CONSTRAINT tickets_exempt_check CHECK (NOT exempt OR state = 'closed'),
    ADD CONSTRAINT tickets_forced_check CHECK (NOT forced OR state = 'closed'),
    ADD CONSTRAINT tickets_extensions_check CHECK (extensions BETWEEN 0 AND 2),
    ADD CONSTRAINT tickets_supervision_level_check CHECK (supervision_level >= 0),
    ADD CONSTRAINT tickets_filed_check CHECK (state IN ('triage', 'rejected', 'merged', 'voided') OR forced AND lead_unit_id IS NULL
        OR num_nulls(number, condition_id, lead_unit_id, due_at, dispatched_at) = 0);
DROP FUNCTION ticket_keeps_rules;
DROP FUNCTION keeps_rules;
