DROP VIEW ticket_counts_on_map, ticket_counts_by_day, ticket_counts_by_item;
ALTER TABLE ticket_tallies_by_item RENAME CONSTRAINT ticket_tallies_by_item_pkey TO was_by_item_pkey;
ALTER TABLE ticket_tallies_by_item RENAME TO was_by_item;
ALTER TABLE ticket_tallies_by_day RENAME CONSTRAINT ticket_tallies_by_day_pkey TO was_by_day_pkey;
ALTER TABLE ticket_tallies_by_day RENAME TO was_by_day;

CREATE TABLE ticket_tallies_by_item (
    month         date   NOT NULL,
    lead_unit_id  uuid   NOT NULL,
    item          text   NOT NULL,
    district_code text   NOT NULL,
    outcome       text   NOT NULL,
    n             bigint NOT NULL,
    CONSTRAINT ticket_tallies_by_item_pkey PRIMARY KEY (month, lead_unit_id, item, district_code, outcome)
);
CREATE TABLE ticket_tallies_by_day (
    day           date   NOT NULL,
    lead_unit_id  uuid   NOT NULL,
    district_code text   NOT NULL,
    outcome       text   NOT NULL,
    n             bigint NOT NULL,
    CONSTRAINT ticket_tallies_by_day_pkey PRIMARY KEY (day, lead_unit_id, district_code, outcome)
);
CREATE TABLE ticket_tallies_by_cell (
    cell_lat      integer NOT NULL,
    cell_lon      integer NOT NULL,
    lead_unit_id  uuid    NOT NULL,
    outcome       text    NOT NULL,
    n             bigint  NOT NULL,
    CONSTRAINT ticket_tallies_by_cell_pkey PRIMARY KEY (cell_lat, cell_lon, lead_unit_id, outcome)
);
CREATE TABLE ticket_tallies_by_square (
    square_lat    integer NOT NULL,
    square_lon    integer NOT NULL,
    lead_unit_id  uuid    NOT NULL,
    outcome       text    NOT NULL,
    n             bigint  NOT NULL,
    CONSTRAINT ticket_tallies_by_square_pkey PRIMARY KEY (square_lat, square_lon, lead_unit_id, outcome)
);
COMMENT ON TABLE ticket_tallies_by_square IS 'the same for squares of 16 by 16 cells: for who looks at the whole city';

CREATE VIEW ticket_counts_by_item AS
SELECT month, lead_unit_id, item, district_code, outcome, n FROM ticket_tallies_by_item
UNION ALL SELECT date_trunc('month', day)::date, lead_unit_id, item, district_code, outcome, n FROM ticket_tally_changes;
CREATE VIEW ticket_counts_by_day AS
SELECT day, lead_unit_id, district_code, outcome, n FROM ticket_tallies_by_day
UNION ALL SELECT day, lead_unit_id, district_code, outcome, n FROM ticket_tally_changes;
CREATE VIEW ticket_counts_by_cell AS
SELECT cell_lat, cell_lon, lead_unit_id, outcome, n FROM ticket_tallies_by_cell
UNION ALL SELECT cell_lat, cell_lon, lead_unit_id, outcome, n FROM ticket_tally_changes WHERE cell_lat IS NOT NULL;
CREATE VIEW ticket_counts_by_square AS
SELECT square_lat, square_lon, lead_unit_id, outcome, n FROM ticket_tallies_by_square
UNION ALL SELECT cell_lat >> 4, cell_lon >> 4, lead_unit_id, outcome, n FROM ticket_tally_changes WHERE cell_lat IS NOT NULL;

CREATE OR REPLACE FUNCTION fold_ticket_tallies() RETURNS bigint LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtext('xuncha tallies'));
    WITH changes AS (DELETE FROM ticket_tally_changes RETURNING *),
    items AS (
        INSERT INTO ticket_tallies_by_item AS t
        SELECT date_trunc('month', day)::date, lead_unit_id, item, district_code, outcome, sum(n) FROM changes
         GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0
        ON CONFLICT ON CONSTRAINT ticket_tallies_by_item_pkey DO UPDATE SET n = t.n + excluded.n),
    days AS (
        INSERT INTO ticket_tallies_by_day AS t
        SELECT day, lead_unit_id, district_code, outcome, sum(n) FROM changes GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
        ON CONFLICT ON CONSTRAINT ticket_tallies_by_day_pkey DO UPDATE SET n = t.n + excluded.n),
    cells AS (
        INSERT INTO ticket_tallies_by_cell AS t
        SELECT cell_lat, cell_lon, lead_unit_id, outcome, sum(n) FROM changes WHERE cell_lat IS NOT NULL
         GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
        ON CONFLICT ON CONSTRAINT ticket_tallies_by_cell_pkey DO UPDATE SET n = t.n + excluded.n),
    squares AS (
        INSERT INTO ticket_tallies_by_square AS t
        SELECT cell_lat >> 4, cell_lon >> 4, lead_unit_id, outcome, sum(n) FROM changes WHERE cell_lat IS NOT NULL
         GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0
        ON CONFLICT ON CONSTRAINT ticket_tallies_by_square_pkey DO UPDATE SET n = t.n + excluded.n)
    SELECT count(*) FROM changes;
$$;

INSERT INTO ticket_tallies_by_item
SELECT month, lead_unit_id, item, district_code, outcome, n FROM was_by_item WHERE lead_unit_id <> '00000000-0000-0000-0000-000000000000';
INSERT INTO ticket_tallies_by_day
SELECT day, lead_unit_id, district_code, outcome, n FROM was_by_day WHERE lead_unit_id <> '00000000-0000-0000-0000-000000000000';
INSERT INTO ticket_tallies_by_cell
SELECT lat, lon, lead_unit_id, outcome, n FROM ticket_tallies_on_map WHERE level = 0 AND lead_unit_id <> '00000000-0000-0000-0000-000000000000';
INSERT INTO ticket_tallies_by_square
SELECT lat, lon, lead_unit_id, outcome, n FROM ticket_tallies_on_map WHERE level = 4 AND lead_unit_id <> '00000000-0000-0000-0000-000000000000';
DROP TABLE was_by_item, was_by_day, ticket_tallies_on_map;
DROP FUNCTION squares_on_map;
DROP FUNCTION units_counted;
