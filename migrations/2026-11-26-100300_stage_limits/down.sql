ALTER TABLE tickets DROP stage_due_at;
