ALTER TABLE tickets
    DROP CONSTRAINT tickets_filed_check,
    ADD CONSTRAINT tickets_filed_check CHECK (state IN ('triage', 'rejected', 'merged', 'voided')
        OR num_nulls(number, condition_id, lead_unit_id, due_at, dispatched_at) = 0),
    DROP extensions,
    DROP suspended_until,
    DROP exempt,
    DROP forced;
DROP TABLE ticket_requests;
