-- People of places (街(路)长、点位长、包保领导、门前三包): who answers in person for a unit, a check point or an area, and when.
CREATE TABLE duties (
    id          uuid        CONSTRAINT duties_pkey PRIMARY KEY,
    kind        text        NOT NULL
        CONSTRAINT duties_kind_check CHECK (kind IN ('street_chief', 'point_chief', 'sponsor', 'frontage')),
    unit_id     uuid        CONSTRAINT duties_unit_id_fkey REFERENCES units (id),
    point_id    uuid        CONSTRAINT duties_point_id_fkey REFERENCES check_points (id),
    area_code   text,
    person      text        NOT NULL,
    phone       text        NOT NULL,
    account_id  uuid        CONSTRAINT duties_account_id_fkey REFERENCES accounts (id),
    valid_from  timestamptz NOT NULL,
    valid_until timestamptz,
    recorded_by uuid        NOT NULL CONSTRAINT duties_recorded_by_fkey REFERENCES accounts (id),
    ended_by    uuid        CONSTRAINT duties_ended_by_fkey REFERENCES accounts (id),
    CONSTRAINT duties_place_check CHECK (num_nonnulls(unit_id, point_id, area_code) = 1),
    CONSTRAINT duties_account_check CHECK (account_id IS NULL OR kind = 'sponsor')
);
COMMENT ON COLUMN duties.area_code IS 'a district or zone in whatever version';
COMMENT ON COLUMN duties.phone IS 'may be empty';
COMMENT ON COLUMN duties.account_id IS 'of a sponsor who reads the tickets of the place';
CREATE INDEX duties_unit_id_idx ON duties (unit_id) WHERE unit_id IS NOT NULL;
CREATE INDEX duties_point_id_idx ON duties (point_id) WHERE point_id IS NOT NULL;
CREATE INDEX duties_area_code_idx ON duties (area_code) WHERE area_code IS NOT NULL;
CREATE INDEX duties_account_id_idx ON duties (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX duties_recorded_by_idx ON duties (recorded_by);
CREATE INDEX duties_ended_by_idx ON duties (ended_by) WHERE ended_by IS NOT NULL;
