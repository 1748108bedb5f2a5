-- How many filed tickets there are by time, unit, item and place (统计): counted as tickets change, in the same transaction, so that charts and
-- maps of a million tickets need not read them and are never stale. Each change adds a row here that no other transaction waits for; a job
-- folds these rows into the tallies now and then. What is told is always both together, in one statement: nothing hangs on the job.
CREATE FUNCTION ticket_outcome(state text, due_at timestamptz, submitted_at timestamptz, closed_at timestamptz, exempt boolean) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN state = 'voided' THEN NULL WHEN state <> 'closed' THEN 'open' WHEN exempt THEN 'exempt'
                WHEN coalesce(submitted_at, closed_at) > due_at THEN 'late' ELSE 'on_time' END;
COMMENT ON FUNCTION ticket_outcome IS 'what a filed ticket counts as; null: not at all. Late and on time as Ticket::closed_late';

CREATE TABLE ticket_tally_changes (
    id            bigint  GENERATED ALWAYS AS IDENTITY CONSTRAINT ticket_tally_changes_pkey PRIMARY KEY,
    day           date    NOT NULL,
    district_code text    NOT NULL,
    lead_unit_id  uuid    NOT NULL,
    item          text    NOT NULL,
    outcome       text    NOT NULL,
    cell_lat      integer,
    cell_lon      integer,
    n             integer NOT NULL
);
COMMENT ON COLUMN ticket_tally_changes.day IS 'of filing, in the city';
COMMENT ON COLUMN ticket_tally_changes.district_code IS 'empty: outside every district';
COMMENT ON COLUMN ticket_tally_changes.cell_lat IS 'in 512ths of a degree, rounded down; null: no position';
COMMENT ON COLUMN ticket_tally_changes.n IS 'how many more';

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

CREATE FUNCTION tally_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.number IS NOT NULL AND OLD.state <> 'voided' THEN
        INSERT INTO ticket_tally_changes (day, district_code, lead_unit_id, item, outcome, cell_lat, cell_lon, n)
        VALUES ((OLD.listed_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(OLD.district_code, ''), OLD.lead_unit_id, OLD.item,
                ticket_outcome(OLD.state, OLD.due_at, OLD.submitted_at, OLD.closed_at, OLD.exempt), floor(OLD.lat * 512), floor(OLD.lon * 512), -1);
    END IF;
    IF NEW.state <> 'voided' THEN
        INSERT INTO ticket_tally_changes (day, district_code, lead_unit_id, item, outcome, cell_lat, cell_lon, n)
        VALUES ((NEW.listed_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(NEW.district_code, ''), NEW.lead_unit_id, NEW.item,
                ticket_outcome(NEW.state, NEW.due_at, NEW.submitted_at, NEW.closed_at, NEW.exempt), floor(NEW.lat * 512), floor(NEW.lon * 512), 1);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER tickets_tally_new AFTER INSERT ON tickets FOR EACH ROW WHEN (NEW.number IS NOT NULL) EXECUTE FUNCTION tally_ticket();
CREATE TRIGGER tickets_tally_changed AFTER UPDATE ON tickets FOR EACH ROW
    WHEN ((OLD.number IS NULL, ticket_outcome(OLD.state, OLD.due_at, OLD.submitted_at, OLD.closed_at, OLD.exempt),
           OLD.lead_unit_id, OLD.district_code, OLD.item, OLD.lat, OLD.lon, OLD.listed_at)
          IS DISTINCT FROM
          (NEW.number IS NULL, ticket_outcome(NEW.state, NEW.due_at, NEW.submitted_at, NEW.closed_at, NEW.exempt),
           NEW.lead_unit_id, NEW.district_code, NEW.item, NEW.lat, NEW.lon, NEW.listed_at)
          AND NEW.number IS NOT NULL)
    EXECUTE FUNCTION tally_ticket();

CREATE FUNCTION fold_ticket_tallies() RETURNS bigint LANGUAGE sql AS $$
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
COMMENT ON FUNCTION fold_ticket_tallies IS 'moves what is committed by now into the tallies; answers how many changes that were';

INSERT INTO ticket_tally_changes (day, district_code, lead_unit_id, item, outcome, cell_lat, cell_lon, n)
SELECT (t.listed_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(t.district_code, ''), t.lead_unit_id, t.item,
       ticket_outcome(t.state, t.due_at, t.submitted_at, t.closed_at, t.exempt), floor(t.lat * 512), floor(t.lon * 512), 1
  FROM tickets t WHERE t.number IS NOT NULL AND ticket_outcome(t.state, t.due_at, t.submitted_at, t.closed_at, t.exempt) IS NOT NULL;
SELECT fold_ticket_tallies();

-- For what is on the map close by.
CREATE INDEX tickets_map_idx ON tickets (lat, lon) WHERE number IS NOT NULL AND lat IS NOT NULL;
