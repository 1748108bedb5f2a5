-- Ownership rulings (确权): the precedent for a place and an item.
CREATE TABLE ownership_rulings (
    id          uuid             CONSTRAINT ownership_rulings_pkey PRIMARY KEY,
    number      bigint           GENERATED ALWAYS AS IDENTITY CONSTRAINT ownership_rulings_number_key UNIQUE,
    ticket_id   uuid             NOT NULL CONSTRAINT ownership_rulings_ticket_id_fkey REFERENCES tickets (id),
    scheme      text             NOT NULL,
    item        text             NOT NULL,
    point_id    uuid             CONSTRAINT ownership_rulings_point_id_fkey REFERENCES check_points (id),
    lat         double precision,
    lon         double precision,
    radius_m    integer          NOT NULL,
    unit_id     uuid             NOT NULL CONSTRAINT ownership_rulings_unit_id_fkey REFERENCES units (id),
    opinion     text             NOT NULL,
    ruled_by    uuid             NOT NULL CONSTRAINT ownership_rulings_ruled_by_fkey REFERENCES accounts (id),
    valid_from  timestamptz      NOT NULL,
    valid_until timestamptz,
    CONSTRAINT ownership_rulings_position_check CHECK (num_nulls(lat, lon) IN (0, 2)),
    CONSTRAINT ownership_rulings_place_check CHECK (point_id IS NOT NULL OR lat IS NOT NULL)
);
COMMENT ON TABLE ownership_rulings IS 'a place is the check point, else the circle of radius_m round (lat, lon); items are matched by scheme and code across versions';
CREATE INDEX ownership_rulings_place_idx ON ownership_rulings (scheme, item, lat);
CREATE INDEX ownership_rulings_ticket_id_idx ON ownership_rulings (ticket_id);
CREATE INDEX ownership_rulings_point_id_idx ON ownership_rulings (point_id);
CREATE INDEX ownership_rulings_unit_id_idx ON ownership_rulings (unit_id);
CREATE INDEX ownership_rulings_ruled_by_idx ON ownership_rulings (ruled_by);
