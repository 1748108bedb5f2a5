-- Draws of tickets to look back at (回头看抽查), kept so that anyone can repeat them: what it was made of, the seed, what came out.
CREATE TABLE lookback_draws (
    id            uuid        CONSTRAINT lookback_draws_pkey PRIMARY KEY,
    seed          text        NOT NULL CONSTRAINT lookback_draws_seed_check CHECK (seed ~ '^[0-9a-f]{64}$'),
    share_percent integer     NOT NULL,
    closed_from   timestamptz NOT NULL,
    closed_until  timestamptz NOT NULL,
    drawn_by      uuid        CONSTRAINT lookback_draws_drawn_by_fkey REFERENCES accounts (id),
    CONSTRAINT lookback_draws_closed_until_key UNIQUE (closed_until)
);
COMMENT ON COLUMN lookback_draws.drawn_by IS 'null: the system';
COMMENT ON COLUMN lookback_draws.closed_until IS 'also when it was made: each draw begins where the last one ended';
CREATE INDEX lookback_draws_drawn_by_idx ON lookback_draws (drawn_by) WHERE drawn_by IS NOT NULL;

CREATE TABLE lookback_candidates (
    ticket_id uuid    CONSTRAINT lookback_candidates_pkey PRIMARY KEY
                      CONSTRAINT lookback_candidates_ticket_id_fkey REFERENCES tickets (id),
    draw_id   uuid    NOT NULL CONSTRAINT lookback_candidates_draw_id_fkey REFERENCES lookback_draws (id),
    place     integer
);
COMMENT ON COLUMN lookback_candidates.place IS 'place in the draw, from 1; null: not drawn';
CREATE INDEX lookback_candidates_draw_id_idx ON lookback_candidates (draw_id, place);

CREATE TRIGGER lookback_draws_append_only BEFORE UPDATE OR DELETE ON lookback_draws
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER lookback_candidates_append_only BEFORE UPDATE OR DELETE ON lookback_candidates
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
