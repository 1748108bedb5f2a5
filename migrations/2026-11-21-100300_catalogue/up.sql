-- The catalogue of the assessment (测评体系) differs by city and by year: data, keyed (scheme, version, code).
CREATE TABLE catalogue_versions (
    scheme      text        NOT NULL,
    version     text        NOT NULL,
    active      boolean     NOT NULL,
    imported_at timestamptz NOT NULL,
    CONSTRAINT catalogue_versions_pkey PRIMARY KEY (scheme, version)
);
CREATE UNIQUE INDEX catalogue_versions_active_key ON catalogue_versions (active) WHERE active;
COMMENT ON COLUMN catalogue_versions.active IS 'the one version that new findings are read against';

CREATE TABLE catalogue_items (
    scheme   text    NOT NULL,
    version  text    NOT NULL,
    code     text    NOT NULL,
    name_zh  text    NOT NULL,
    name_en  text    NOT NULL,
    kind     text    NOT NULL CONSTRAINT catalogue_items_kind_check CHECK (kind IN ('thing', 'count', 'behaviour', 'service')),
    radius_m integer NOT NULL DEFAULT 30 CONSTRAINT catalogue_items_radius_m_check CHECK (radius_m > 0),
    CONSTRAINT catalogue_items_pkey PRIMARY KEY (scheme, version, code),
    CONSTRAINT catalogue_items_version_fkey FOREIGN KEY (scheme, version) REFERENCES catalogue_versions (scheme, version)
);
COMMENT ON COLUMN catalogue_items.radius_m IS 'two findings of this item this close are the same place';

CREATE TABLE filing_conditions (
    id                uuid    CONSTRAINT filing_conditions_pkey PRIMARY KEY,
    scheme            text    NOT NULL,
    version           text    NOT NULL,
    item              text    NOT NULL,
    code              text    NOT NULL,
    name_zh           text    NOT NULL,
    name_en           text    NOT NULL,
    places_zh         text    NOT NULL DEFAULT '',
    lead_subject      text    NOT NULL,
    cooperating       text[]  NOT NULL DEFAULT '{}',
    limit_value       integer NOT NULL CONSTRAINT filing_conditions_limit_value_check CHECK (limit_value > 0),
    limit_unit        text    NOT NULL
        CONSTRAINT filing_conditions_limit_unit_check CHECK (limit_unit IN ('urgent_hour', 'work_hour', 'work_day', 'natural_day')),
    closing_policy    text    NOT NULL
        CONSTRAINT filing_conditions_closing_policy_check CHECK (closing_policy IN ('recheck', 'unit')),
    min_before_photos integer NOT NULL CONSTRAINT filing_conditions_min_before_photos_check CHECK (min_before_photos >= 0),
    min_after_photos  integer NOT NULL CONSTRAINT filing_conditions_min_after_photos_check CHECK (min_after_photos >= 0),
    danger            boolean NOT NULL,
    limit_source      text    NOT NULL,
    CONSTRAINT filing_conditions_code_key UNIQUE (scheme, version, item, code),
    CONSTRAINT filing_conditions_item_fkey FOREIGN KEY (scheme, version, item) REFERENCES catalogue_items (scheme, version, code)
);
COMMENT ON TABLE filing_conditions IS '立案条件、结案条件、处置时限 in one row';
