-- Reports (上报) are append-only facts, kept as they came (raw) and as they were read.
CREATE TABLE reports (
    id           uuid             CONSTRAINT reports_pkey PRIMARY KEY,
    account_id   uuid             NOT NULL CONSTRAINT reports_account_id_fkey REFERENCES accounts (id),
    device_id    uuid             CONSTRAINT reports_device_id_fkey REFERENCES devices (id),
    point_id     uuid             CONSTRAINT reports_point_id_fkey REFERENCES check_points (id),
    note         text             NOT NULL,
    clean        boolean          NOT NULL,
    raw_lat      double precision,
    raw_lon      double precision,
    datum        text             CONSTRAINT reports_datum_check CHECK (datum IN ('wgs84', 'gcj02', 'bd09')),
    acc_m        double precision,
    fix_age_ms   bigint,
    mock         boolean          NOT NULL DEFAULT false,
    lat          double precision,
    lon          double precision,
    captured     jsonb            NOT NULL,
    raw          jsonb            NOT NULL,
    canon_sha256 bytea            NOT NULL,
    received_at  timestamptz      NOT NULL,
    CONSTRAINT reports_raw_position_check CHECK (num_nulls(raw_lat, raw_lon, datum) IN (0, 3)),
    CONSTRAINT reports_position_check CHECK (num_nulls(lat, lon) IN (0, 2))
);
COMMENT ON COLUMN reports.id IS 'made by the phone';
COMMENT ON COLUMN reports.lat IS 'canonical WGS-84; null when the fix counts as missing, (0,0) or stale';
COMMENT ON COLUMN reports.canon_sha256 IS 'SHA-256 of the RFC 8785 form of the content';
CREATE INDEX reports_account_id_idx ON reports (account_id, received_at);
CREATE INDEX reports_device_id_idx ON reports (device_id);
CREATE INDEX reports_point_id_idx ON reports (point_id);

-- Other content under a known report id: both are kept.
CREATE TABLE report_amendments (
    id           uuid        CONSTRAINT report_amendments_pkey PRIMARY KEY,
    report_id    uuid        NOT NULL CONSTRAINT report_amendments_report_id_fkey REFERENCES reports (id),
    account_id   uuid        NOT NULL CONSTRAINT report_amendments_account_id_fkey REFERENCES accounts (id),
    raw          jsonb       NOT NULL,
    canon_sha256 bytea       NOT NULL,
    received_at  timestamptz NOT NULL,
    CONSTRAINT report_amendments_content_key UNIQUE (report_id, account_id, canon_sha256)
);
CREATE INDEX report_amendments_account_id_idx ON report_amendments (account_id);

CREATE TABLE findings (
    id            uuid     CONSTRAINT findings_pkey PRIMARY KEY,
    report_id     uuid     NOT NULL CONSTRAINT findings_report_id_fkey REFERENCES reports (id),
    ordinal       smallint NOT NULL,
    scheme        text     NOT NULL,
    version       text     NOT NULL,
    item          text     NOT NULL,
    condition_id  uuid     CONSTRAINT findings_condition_id_fkey REFERENCES filing_conditions (id),
    text          text     NOT NULL,
    danger        boolean  NOT NULL,
    fixed_on_site boolean  NOT NULL,
    CONSTRAINT findings_ordinal_key UNIQUE (report_id, ordinal),
    CONSTRAINT findings_item_fkey FOREIGN KEY (scheme, version, item) REFERENCES catalogue_items (scheme, version, code)
);
COMMENT ON COLUMN findings.condition_id IS 'as named by the inspector; what the ticket was filed under stands on the ticket';
CREATE INDEX findings_condition_id_idx ON findings (condition_id);
CREATE INDEX findings_item_idx ON findings (scheme, version, item);
