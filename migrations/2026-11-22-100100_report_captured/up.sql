-- When a report was captured, as far as the phone's clocks tell: an estimate, evidence, never the start of a deadline.
ALTER TABLE reports
    ADD COLUMN captured_at      timestamptz,
    ADD COLUMN captured_by      text
        CONSTRAINT reports_captured_by_check CHECK (captured_by IN ('anchor', 'boot', 'gps', 'offset', 'wall')),
    ADD COLUMN captured_error_s integer
        CONSTRAINT reports_captured_error_s_check CHECK (captured_error_s >= 0),
    ADD CONSTRAINT reports_captured_check CHECK (num_nulls(captured_at, captured_by, captured_error_s) IN (0, 3));
COMMENT ON COLUMN reports.captured_by IS 'the method of the estimate, best first (domain::sync::captured); wall: the phone''s wall clock alone';
COMMENT ON COLUMN reports.captured_error_s IS 'bound of the error that the method itself allows, in seconds';
