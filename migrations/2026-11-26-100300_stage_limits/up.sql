-- How long acknowledging, triage, rechecking and deciding on a return may take: frozen when the stage begins.
ALTER TABLE tickets ADD stage_due_at timestamptz;
COMMENT ON COLUMN tickets.stage_due_at IS 'when the present stage should have ended, by the policy of the day it began; null where none has a limit, and in tickets from before there were limits';
CREATE INDEX tickets_stage_due_idx ON tickets (state, stage_due_at, id) WHERE stage_due_at IS NOT NULL;
