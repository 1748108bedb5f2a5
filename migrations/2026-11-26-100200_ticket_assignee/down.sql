ALTER TABLE tickets DROP assignee_id;
