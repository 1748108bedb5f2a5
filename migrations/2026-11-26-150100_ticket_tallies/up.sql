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
COMMENT ON FUNCTION fold_ticket_tallies IS 'moves what is committed by now into the tallies; answers how many changes that were';

INSERT INTO ticket_tally_changes (day, district_code, lead_unit_id, item, outcome, cell_lat, cell_lon, n)
SELECT (t.listed_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(t.district_code, ''), t.lead_unit_id, t.item,
       ticket_outcome(t.state, t.due_at, t.submitted_at, t.closed_at, t.exempt), floor(t.lat * 512), floor(t.lon * 512), 1
  FROM tickets t WHERE t.number IS NOT NULL AND ticket_outcome(t.state, t.due_at, t.submitted_at, t.closed_at, t.exempt) IS NOT NULL;
SELECT fold_ticket_tallies();

-- For what is on the map close by.
CREATE INDEX tickets_map_idx ON tickets (lat, lon) WHERE number IS NOT NULL AND lat IS NOT NULL;
