-- Two years of tickets up to now: each filed, most of them closed, one of twenty overdue now, and the spans that their lives have left.
-- A tenth was closed late, so that every past instant has an overdue list of its own.
SET session_replication_role = replica;
SET synchronous_commit = off;

CREATE TEMP TABLE led AS
SELECT row_number() OVER (ORDER BY u.code) - 1 AS k, u.id, u.code, u.name_zh, u.district_code, d.name_zh AS district_name
  FROM units u JOIN areas d ON d.code = u.district_code AND d.kind = 'district' AND d.valid_until IS NULL
 WHERE u.kind = 'department';
CREATE TEMP TABLE items AS
SELECT row_number() OVER (ORDER BY item, code) - 1 AS k, id, scheme, version, item, name_zh FROM filing_conditions;
CREATE TEMP TABLE lives AS
SELECT i, md5('ticket' || i)::uuid AS id, c AS created_at, c + interval '6 h' AS due_at, fate,
       CASE fate WHEN 'overdue' THEN NULL WHEN 'late' THEN c + interval '6 h' + (i % 997) * interval '1 h' ELSE c + interval '5 h' END AS submitted_at
  FROM (SELECT i, now() - interval '730 d' + (interval '729 d') * i / {tickets} AS c,
               CASE WHEN i % 20 = 0 THEN 'overdue' WHEN i % 10 = 3 THEN 'late' ELSE 'on_time' END AS fate
          FROM generate_series(1, {tickets}) i) x;
UPDATE lives SET fate = 'overdue', submitted_at = NULL WHERE submitted_at + interval '2 h' > now();

CREATE TEMP TABLE lines AS
SELECT l.*, u.id AS unit_id, u.code AS unit_code, u.name_zh AS unit_name, u.district_code, u.district_name, n.id AS condition_id, n.scheme, n.version, n.item, n.name_zh,
       37.0 + mod(l.i::bigint * 7919, 65536) / 65536.0 AS lat, 117.3 + mod(l.i::bigint * 104729, 65536) / 65536.0 AS lon
  FROM lives l JOIN led u ON u.k = l.i % (SELECT count(*) FROM led) JOIN items n ON n.k = l.i % (SELECT count(*) FROM items);
INSERT INTO tickets (id, number, state, rev, triage_reasons, scheme, version, item, condition_id, text, danger, fixed_on_site, lat, lon, district_code,
                     district_name, routing, lead_unit_id, lead_unit_name, clock, clock_stopped_at, due_at, listed_at, dispatched_at, submitted_at,
                     closed_at, created_at, updated_at, known_since)
SELECT id, '2024-' || lpad(i::text, 7, '0'), CASE fate WHEN 'overdue' THEN 'rectifying' ELSE 'closed' END, 4, '{}', scheme, version, item, condition_id,
       '黄河五路与渤海七路交叉口东北角' || name_zh || '，约' || i % 9 + 1 || '处', false, false, lat, lon, district_code, district_name,
       jsonb_build_object('rule', 'subject_unit', 'position', 'fix', 'ambiguous', false,
                          'unit', jsonb_build_object('id', unit_id, 'code', unit_code, 'name', unit_name)),
       unit_id, unit_name,
       jsonb_build_object('limit', jsonb_build_object('urgent_hours', 6), 'started_at', created_at,
                          'steps', CASE WHEN submitted_at IS NULL THEN '[]' ELSE jsonb_build_array(jsonb_build_object('stopped', submitted_at)) END,
                          'due', jsonb_build_object('at', due_at, 'provisional', false)),
       submitted_at, due_at, created_at, created_at, submitted_at,
       submitted_at + interval '2 h', created_at, coalesce(submitted_at + interval '2 h', created_at + interval '30 min'),
       coalesce(submitted_at + interval '2 h', created_at + interval '30 min')
  FROM lines;
INSERT INTO ticket_spans
SELECT l.id, part.since, part.until, part.state, l.scheme, l.version, l.item, l.condition_id, NULL, l.district_code, l.district_name, NULL, l.unit_id,
       l.unit_name, l.created_at, l.due_at, false, part.submitted_at, part.submitted_at, NULL, NULL, NULL, 0, 0, 0, false, false, 0,
       overdue_during(part.since, part.until, part.state, l.due_at, part.submitted_at, NULL)
  FROM lines l CROSS JOIN LATERAL (VALUES
    ('dispatched', l.created_at, l.created_at + interval '30 min', NULL::timestamptz),
    ('rectifying', l.created_at + interval '30 min', l.submitted_at, NULL),
    ('awaiting_recheck', l.submitted_at, l.submitted_at + interval '2 h', l.submitted_at)) AS part (state, since, until, submitted_at)
 WHERE part.since < part.until;
INSERT INTO ticket_tally_changes (day, district_code, lead_unit_id, item, outcome, cell_lat, cell_lon, n)
SELECT (created_at AT TIME ZONE 'Asia/Shanghai')::date, district_code, unit_id, item,
       CASE fate WHEN 'overdue' THEN 'open' ELSE fate END, floor(lat * 512), floor(lon * 512), 1 FROM lines;
SELECT fold_ticket_tallies();
SELECT count(*) FROM tickets WHERE overdue_after(state, due_at, submitted_at, photos_due_at) < now();
