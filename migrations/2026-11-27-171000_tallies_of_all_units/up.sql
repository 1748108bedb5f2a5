-- Counts of all units together beside those of each, and a map at three levels: who is told of all tickets read a row for each unit, of which only
-- the sum was wanted (half a second for the whole city at a million tickets). What is counted already is taken over from what was counted by.
-- For a day the migration of ticket tallies itself was written so: a database made on it has nothing to do.
DO $migration$ BEGIN
IF to_regclass('ticket_tallies_on_map') IS NOT NULL THEN
    RETURN;
END IF;
DROP VIEW ticket_counts_by_square, ticket_counts_by_cell, ticket_counts_by_day, ticket_counts_by_item;
ALTER TABLE ticket_tallies_by_item RENAME CONSTRAINT ticket_tallies_by_item_pkey TO was_by_item_pkey;
ALTER TABLE ticket_tallies_by_item RENAME TO was_by_item;
ALTER TABLE ticket_tallies_by_day RENAME CONSTRAINT ticket_tallies_by_day_pkey TO was_by_day_pkey;
ALTER TABLE ticket_tallies_by_day RENAME TO was_by_day;

CREATE FUNCTION units_counted(lead_unit_id uuid) RETURNS TABLE (unit_id uuid) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    VALUES (lead_unit_id), ('00000000-0000-0000-0000-000000000000'::uuid)
$$;
COMMENT ON FUNCTION units_counted IS 'whom a ticket is counted for: its unit, and under the nil UUID all together, for who is told of them all';

CREATE TABLE ticket_tallies_by_item (
    lead_unit_id  uuid   NOT NULL,
    month         date   NOT NULL,
    item          text   NOT NULL,
    district_code text   NOT NULL,
    outcome       text   NOT NULL,
    n             bigint NOT NULL,
    CONSTRAINT ticket_tallies_by_item_pkey PRIMARY KEY (lead_unit_id, month, item, district_code, outcome)
);
CREATE TABLE ticket_tallies_by_day (
    lead_unit_id  uuid   NOT NULL,
    day           date   NOT NULL,
    district_code text   NOT NULL,
    outcome       text   NOT NULL,
    n             bigint NOT NULL,
    CONSTRAINT ticket_tallies_by_day_pkey PRIMARY KEY (lead_unit_id, day, district_code, outcome)
);
CREATE TABLE ticket_tallies_on_map (
    lead_unit_id  uuid    NOT NULL,
    level         integer NOT NULL,
    lat           integer NOT NULL,
    lon           integer NOT NULL,
    outcome       text    NOT NULL,
    n             bigint  NOT NULL,
    CONSTRAINT ticket_tallies_on_map_pkey PRIMARY KEY (lead_unit_id, level, lat, lon, outcome)
);
COMMENT ON COLUMN ticket_tallies_on_map.level IS 'squares of 2^level by 2^level cells: 0, 2 or 4';
COMMENT ON COLUMN ticket_tallies_on_map.lat IS 'of the square: that of its cells, without their last bits';

CREATE FUNCTION squares_on_map(lead_unit_id uuid, cell_lat integer, cell_lon integer)
    RETURNS TABLE (unit_id uuid, level integer, lat integer, lon integer) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT u.unit_id, levels.level, cell_lat >> levels.level, cell_lon >> levels.level
      FROM units_counted(lead_unit_id) u, (VALUES (0), (2), (4)) AS levels (level)
     WHERE cell_lat IS NOT NULL
$$;
COMMENT ON FUNCTION squares_on_map IS 'where a ticket of a cell is counted: for whom, at each level';

CREATE VIEW ticket_counts_by_item AS
SELECT lead_unit_id, month, item, district_code, outcome, n FROM ticket_tallies_by_item
UNION ALL SELECT u.unit_id, date_trunc('month', c.day)::date, c.item, c.district_code, c.outcome, c.n
            FROM ticket_tally_changes c CROSS JOIN LATERAL units_counted(c.lead_unit_id) u;
CREATE VIEW ticket_counts_by_day AS
SELECT lead_unit_id, day, district_code, outcome, n FROM ticket_tallies_by_day
UNION ALL SELECT u.unit_id, c.day, c.district_code, c.outcome, c.n
            FROM ticket_tally_changes c CROSS JOIN LATERAL units_counted(c.lead_unit_id) u;
CREATE VIEW ticket_counts_on_map AS
SELECT lead_unit_id, level, lat, lon, outcome, n FROM ticket_tallies_on_map
UNION ALL SELECT s.unit_id, s.level, s.lat, s.lon, c.outcome, c.n
            FROM ticket_tally_changes c CROSS JOIN LATERAL squares_on_map(c.lead_unit_id, c.cell_lat, c.cell_lon) s;

CREATE OR REPLACE FUNCTION fold_ticket_tallies() RETURNS bigint LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock(hashtext('xuncha tallies'));
    WITH changes AS (DELETE FROM ticket_tally_changes RETURNING *),
    items AS (
        INSERT INTO ticket_tallies_by_item AS t
        SELECT u.unit_id, date_trunc('month', c.day)::date, c.item, c.district_code, c.outcome, sum(c.n)
          FROM changes c CROSS JOIN LATERAL units_counted(c.lead_unit_id) u
         GROUP BY 1, 2, 3, 4, 5 HAVING sum(c.n) <> 0 ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT ON CONSTRAINT ticket_tallies_by_item_pkey DO UPDATE SET n = t.n + excluded.n),
    days AS (
        INSERT INTO ticket_tallies_by_day AS t
        SELECT u.unit_id, c.day, c.district_code, c.outcome, sum(c.n)
          FROM changes c CROSS JOIN LATERAL units_counted(c.lead_unit_id) u
         GROUP BY 1, 2, 3, 4 HAVING sum(c.n) <> 0 ORDER BY 1, 2, 3, 4
        ON CONFLICT ON CONSTRAINT ticket_tallies_by_day_pkey DO UPDATE SET n = t.n + excluded.n),
    squares AS (
        INSERT INTO ticket_tallies_on_map AS t
        SELECT s.unit_id, s.level, s.lat, s.lon, c.outcome, sum(c.n)
          FROM changes c CROSS JOIN LATERAL squares_on_map(c.lead_unit_id, c.cell_lat, c.cell_lon) s
         GROUP BY 1, 2, 3, 4, 5 HAVING sum(c.n) <> 0 ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT ON CONSTRAINT ticket_tallies_on_map_pkey DO UPDATE SET n = t.n + excluded.n)
    SELECT count(*) FROM changes;
$$;

INSERT INTO ticket_tallies_by_item
SELECT u.unit_id, w.month, w.item, w.district_code, w.outcome, sum(w.n) FROM was_by_item w CROSS JOIN LATERAL units_counted(w.lead_unit_id) u
 GROUP BY 1, 2, 3, 4, 5 HAVING sum(w.n) <> 0;
INSERT INTO ticket_tallies_by_day
SELECT u.unit_id, w.day, w.district_code, w.outcome, sum(w.n) FROM was_by_day w CROSS JOIN LATERAL units_counted(w.lead_unit_id) u
 GROUP BY 1, 2, 3, 4 HAVING sum(w.n) <> 0;
INSERT INTO ticket_tallies_on_map
SELECT s.unit_id, s.level, s.lat, s.lon, w.outcome, sum(w.n)
  FROM ticket_tallies_by_cell w CROSS JOIN LATERAL squares_on_map(w.lead_unit_id, w.cell_lat, w.cell_lon) s
 GROUP BY 1, 2, 3, 4, 5 HAVING sum(w.n) <> 0;
DROP TABLE was_by_item, was_by_day, ticket_tallies_by_cell, ticket_tallies_by_square;
END $migration$;
