-- Inspection rounds (督查批次): planned and drawn under seal, revealed to each inspector at the start, released when their time has come.
CREATE TABLE rounds (
    id          uuid        CONSTRAINT rounds_pkey PRIMARY KEY,
    name        text        NOT NULL,
    mode        text        NOT NULL CONSTRAINT rounds_mode_check CHECK (mode IN ('covert', 'announced')),
    purpose     text        NOT NULL,
    starts_at   timestamptz NOT NULL,
    ends_at     timestamptz NOT NULL,
    release_at  timestamptz,
    coverage    text        NOT NULL CONSTRAINT rounds_coverage_check CHECK (coverage IN ('random', 'full')),
    quotas      jsonb       NOT NULL,
    state       text        NOT NULL
        CONSTRAINT rounds_state_check CHECK (state IN ('draft', 'sealed', 'running', 'released', 'closed')),
    seed        text        CONSTRAINT rounds_seed_check CHECK (seed ~ '^[0-9a-f]{64}$'),
    created_by  uuid        NOT NULL CONSTRAINT rounds_created_by_fkey REFERENCES accounts (id),
    created_at  timestamptz NOT NULL,
    drawn_at    timestamptz,
    released_at timestamptz,
    CONSTRAINT rounds_window_check CHECK (starts_at < ends_at),
    CONSTRAINT rounds_release_check CHECK ((mode = 'covert') = (release_at IS NOT NULL)),
    CONSTRAINT rounds_drawn_check CHECK ((state = 'draft') = (seed IS NULL) AND (seed IS NULL) = (drawn_at IS NULL))
);
COMMENT ON COLUMN rounds.quotas IS 'how many points of a kind, in a district or in the city: [{kind, district, count}]';
COMMENT ON COLUMN rounds.release_at IS 'until then the findings of a covert round exist for no unit';
CREATE INDEX rounds_created_by_idx ON rounds (created_by);
CREATE INDEX rounds_starts_at_idx ON rounds (starts_at DESC, id DESC);

-- What a draw was made of, and what came out: never changed, so that anyone can repeat it.
CREATE TABLE round_points (
    round_id   uuid    NOT NULL CONSTRAINT round_points_round_id_fkey REFERENCES rounds (id),
    point_id   uuid    NOT NULL CONSTRAINT round_points_point_id_fkey REFERENCES check_points (id),
    kind       text    NOT NULL,
    district   text,
    place      integer,
    account_id uuid    CONSTRAINT round_points_account_id_fkey REFERENCES accounts (id),
    CONSTRAINT round_points_pkey PRIMARY KEY (round_id, point_id)
);
COMMENT ON COLUMN round_points.place IS 'place in the draw, from 1; null: not drawn';
COMMENT ON COLUMN round_points.account_id IS 'the inspector who is to go there; null: nobody may';
CREATE INDEX round_points_point_id_idx ON round_points (point_id);
CREATE INDEX round_points_account_id_idx ON round_points (account_id) WHERE account_id IS NOT NULL;
CREATE TRIGGER round_points_append_only BEFORE UPDATE OR DELETE ON round_points
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE reports ADD COLUMN round_id uuid CONSTRAINT reports_round_id_fkey REFERENCES rounds (id);
CREATE INDEX reports_round_id_idx ON reports (round_id, point_id) WHERE round_id IS NOT NULL;

-- A visit is a task as well: to a point, in a round.
ALTER TABLE tasks ALTER COLUMN ticket_id DROP NOT NULL;
ALTER TABLE tasks ADD COLUMN round_id uuid CONSTRAINT tasks_round_id_fkey REFERENCES rounds (id);
ALTER TABLE tasks ADD COLUMN point_id uuid CONSTRAINT tasks_point_id_fkey REFERENCES check_points (id);
ALTER TABLE tasks DROP CONSTRAINT tasks_kind_check;
ALTER TABLE tasks ADD CONSTRAINT tasks_kind_check CHECK (kind IN ('recheck', 'lookback', 'visit'));
ALTER TABLE tasks ADD CONSTRAINT tasks_subject_check
    CHECK (CASE kind WHEN 'visit' THEN ticket_id IS NULL AND round_id IS NOT NULL AND point_id IS NOT NULL
                     ELSE ticket_id IS NOT NULL AND round_id IS NULL AND point_id IS NULL END);
ALTER TABLE tasks DROP CONSTRAINT tasks_cancelled_why_check;
ALTER TABLE tasks ADD CONSTRAINT tasks_cancelled_why_check
    CHECK (cancelled_why IN ('reassigned', 'moved_on', 'unfit', 'round_closed'));
CREATE INDEX tasks_round_id_idx ON tasks (round_id, point_id) WHERE round_id IS NOT NULL;
CREATE INDEX tasks_point_id_idx ON tasks (point_id) WHERE point_id IS NOT NULL;
