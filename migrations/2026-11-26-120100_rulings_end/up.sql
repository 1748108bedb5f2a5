-- An ownership ruling (确权) can be ended: by a supervisor with a reason, or by a later ruling for the same place and item.
ALTER TABLE ownership_rulings
    ADD COLUMN ended_by      uuid   CONSTRAINT ownership_rulings_ended_by_fkey REFERENCES accounts (id),
    ADD COLUMN end_reason    text,
    ADD COLUMN superseded_by bigint CONSTRAINT ownership_rulings_superseded_by_fkey REFERENCES ownership_rulings (number),
    ADD CONSTRAINT ownership_rulings_end_check CHECK (num_nonnulls(end_reason, superseded_by) <= 1
        AND (valid_until IS NOT NULL OR num_nonnulls(ended_by, end_reason, superseded_by) = 0));
CREATE INDEX ownership_rulings_ended_by_idx ON ownership_rulings (ended_by) WHERE ended_by IS NOT NULL;
CREATE INDEX ownership_rulings_superseded_by_idx ON ownership_rulings (superseded_by) WHERE superseded_by IS NOT NULL;
