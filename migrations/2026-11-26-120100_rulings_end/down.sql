ALTER TABLE ownership_rulings
    DROP CONSTRAINT ownership_rulings_end_check,
    DROP COLUMN ended_by,
    DROP COLUMN end_reason,
    DROP COLUMN superseded_by;
