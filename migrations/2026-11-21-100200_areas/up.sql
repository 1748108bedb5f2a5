-- Districts and named zones. Old versions stay: an old ticket keeps the outline and the name it was routed by.
CREATE TABLE areas (
    id            uuid        CONSTRAINT areas_pkey PRIMARY KEY,
    code          text        NOT NULL,
    kind          text        NOT NULL CONSTRAINT areas_kind_check CHECK (kind IN ('district', 'zone')),
    name_zh       text        NOT NULL,
    name_en       text        NOT NULL DEFAULT '',
    owner_unit_id uuid        CONSTRAINT areas_owner_unit_id_fkey REFERENCES units (id),
    geometry      jsonb       NOT NULL,
    source_datum  text        NOT NULL CONSTRAINT areas_source_datum_check CHECK (source_datum IN ('wgs84', 'gcj02', 'bd09')),
    valid_from    timestamptz NOT NULL,
    valid_until   timestamptz,
    CONSTRAINT areas_owner_check CHECK (kind = 'district' OR owner_unit_id IS NOT NULL)
);
COMMENT ON COLUMN areas.geometry IS 'GeoJSON MultiPolygon, WGS-84, 7 decimals';
CREATE UNIQUE INDEX areas_code_key ON areas (code) WHERE valid_until IS NULL;
CREATE INDEX areas_owner_unit_id_idx ON areas (owner_unit_id);

-- What every server process keeps in memory, and when it is stale: compared on each use.
CREATE TABLE reference_stamps (
    topic   text   CONSTRAINT reference_stamps_pkey PRIMARY KEY,
    version bigint NOT NULL
);
INSERT INTO reference_stamps (topic, version) VALUES ('areas', 0), ('calendar', 0);
