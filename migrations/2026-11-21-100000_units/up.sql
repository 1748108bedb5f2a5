-- Responsible units (责任单位) form a tree: district office → its bureaus, its streets.
CREATE TABLE units (
    id            uuid        CONSTRAINT units_pkey PRIMARY KEY,
    code          text        NOT NULL CONSTRAINT units_code_key UNIQUE,
    name_zh       text        NOT NULL,
    name_en       text        NOT NULL DEFAULT '',
    kind          text        NOT NULL
        CONSTRAINT units_kind_check CHECK (kind IN ('city', 'district_office', 'department', 'street', 'other')),
    parent_id     uuid        CONSTRAINT units_parent_id_fkey REFERENCES units (id),
    lineage       uuid[]      NOT NULL,
    district_code text,
    subject       text,
    valid_from    timestamptz NOT NULL,
    valid_until   timestamptz,
    CONSTRAINT units_validity_check CHECK (valid_until IS NULL OR valid_until > valid_from),
    CONSTRAINT units_lineage_check CHECK (lineage[cardinality(lineage)] = id)
);
COMMENT ON COLUMN units.lineage IS 'ids from the root of the tree down to this unit itself; "the units below X" are those whose lineage holds X';
COMMENT ON COLUMN units.district_code IS 'areas.code of the district that the unit serves (属地); null for the whole city';
COMMENT ON COLUMN units.subject IS 'subject responsibility (属事), the word used by filing_conditions.lead_subject';
CREATE INDEX units_parent_id_idx ON units (parent_id);
CREATE INDEX units_lineage_idx ON units USING gin (lineage);
CREATE UNIQUE INDEX units_district_subject_key ON units (district_code, subject)
    WHERE kind = 'department' AND valid_until IS NULL;
CREATE UNIQUE INDEX units_district_office_key ON units (district_code)
    WHERE kind = 'district_office' AND valid_until IS NULL;
