-- Who found what a report tells of: it decides what a fault costs (扣分). Reports from before this column are the city's.
ALTER TABLE reports ADD COLUMN source text NOT NULL DEFAULT 'city'
    CONSTRAINT reports_source_check CHECK (source IN ('city', 'district', 'self_check', 'superior'));
COMMENT ON COLUMN reports.source IS 'the city''s inspectors, a district''s own, the unit itself (自查), a list of a superior (省反馈); as it was when it came';
