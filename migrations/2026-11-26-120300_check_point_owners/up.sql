-- Who has owned a check point, and when: a ticket of last year is read with the owner of last year.
CREATE TABLE check_point_owners (
    point_id    uuid        NOT NULL CONSTRAINT check_point_owners_point_id_fkey REFERENCES check_points (id),
    unit_id     uuid        NOT NULL CONSTRAINT check_point_owners_unit_id_fkey REFERENCES units (id),
    valid_from  timestamptz NOT NULL,
    valid_until timestamptz,
    CONSTRAINT check_point_owners_pkey PRIMARY KEY (point_id, valid_from)
);
CREATE UNIQUE INDEX check_point_owners_current_key ON check_point_owners (point_id) WHERE valid_until IS NULL;
CREATE INDEX check_point_owners_unit_id_idx ON check_point_owners (unit_id);
INSERT INTO check_point_owners (point_id, unit_id, valid_from)
SELECT id, owner_unit_id, valid_from FROM check_points WHERE owner_unit_id IS NOT NULL;
