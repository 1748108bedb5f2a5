-- What a unit asks of the office for a ticket (延期, 挂账, 申诉), and a forced closing (强制结案) that waits for its second person.
CREATE TABLE ticket_requests (
    id                uuid        CONSTRAINT ticket_requests_pkey PRIMARY KEY,
    ticket_id         uuid        NOT NULL CONSTRAINT ticket_requests_ticket_id_fkey REFERENCES tickets (id),
    kind              text        NOT NULL
        CONSTRAINT ticket_requests_kind_check CHECK (kind IN ('extension', 'suspension', 'appeal', 'force_closing')),
    state             text        NOT NULL
        CONSTRAINT ticket_requests_state_check CHECK (state IN ('open', 'approved', 'refused', 'lapsed')),
    asked_by          uuid        NOT NULL CONSTRAINT ticket_requests_asked_by_fkey REFERENCES accounts (id),
    unit_id           uuid        CONSTRAINT ticket_requests_unit_id_fkey REFERENCES units (id),
    unit_name         text,
    asked_at          timestamptz NOT NULL,
    reason            text        NOT NULL,
    plan              text,
    temporary_measure text,
    resume_on         date,
    decide_due_at     timestamptz NOT NULL,
    decided_by        uuid        CONSTRAINT ticket_requests_decided_by_fkey REFERENCES accounts (id),
    decided_at        timestamptz,
    opinion           text        NOT NULL DEFAULT '',
    CONSTRAINT ticket_requests_unit_check CHECK (num_nulls(unit_id, unit_name) IN (0, 2)),
    CONSTRAINT ticket_requests_plan_check
        CHECK (num_nulls(plan, temporary_measure, resume_on) = CASE kind WHEN 'suspension' THEN 0 ELSE 3 END),
    CONSTRAINT ticket_requests_open_check CHECK ((state = 'open') = (decided_at IS NULL)),
    CONSTRAINT ticket_requests_decided_check CHECK ((state IN ('approved', 'refused')) = (decided_by IS NOT NULL)),
    CONSTRAINT ticket_requests_second_person_check CHECK (kind <> 'force_closing' OR state <> 'approved' OR decided_by <> asked_by)
);
COMMENT ON TABLE ticket_requests IS 'rows of kind force_closing are the office''s own: units never learn of one that was not confirmed';
COMMENT ON COLUMN ticket_requests.unit_name IS 'frozen; null for what the office opened itself';
COMMENT ON COLUMN ticket_requests.resume_on IS 'the clock runs again from 00:00 of this day in the city';
COMMENT ON COLUMN ticket_requests.decide_due_at IS 'when the office should have decided, by the policy of the day it was asked';
COMMENT ON COLUMN ticket_requests.decided_at IS 'also when it lapsed: nobody decided that';
CREATE UNIQUE INDEX ticket_requests_one_open_key ON ticket_requests (ticket_id, kind) WHERE state = 'open';
CREATE INDEX ticket_requests_ticket_id_idx ON ticket_requests (ticket_id, asked_at, id);
CREATE INDEX ticket_requests_open_idx ON ticket_requests (asked_at, id) WHERE state = 'open';
CREATE INDEX ticket_requests_asked_at_idx ON ticket_requests (asked_at, id);
CREATE INDEX ticket_requests_asked_by_idx ON ticket_requests (asked_by);
CREATE INDEX ticket_requests_unit_id_idx ON ticket_requests (unit_id);
CREATE INDEX ticket_requests_decided_by_idx ON ticket_requests (decided_by);

ALTER TABLE tickets
    ADD extensions      integer     NOT NULL DEFAULT 0,
    ADD suspended_until timestamptz,
    ADD exempt          boolean     NOT NULL DEFAULT false,
    ADD forced          boolean     NOT NULL DEFAULT false,
    ADD CONSTRAINT tickets_extensions_check CHECK (extensions BETWEEN 0 AND 2),
    ADD CONSTRAINT tickets_suspended_check CHECK ((state = 'suspended') = (suspended_until IS NOT NULL)),
    ADD CONSTRAINT tickets_exempt_check CHECK (NOT exempt OR state = 'closed'),
    ADD CONSTRAINT tickets_forced_check CHECK (NOT forced OR state = 'closed'),
    DROP CONSTRAINT tickets_filed_check,
    ADD CONSTRAINT tickets_filed_check CHECK (state IN ('triage', 'rejected', 'merged', 'voided') OR (forced AND lead_unit_id IS NULL)
        OR num_nulls(number, condition_id, lead_unit_id, due_at, dispatched_at) = 0);
COMMENT ON COLUMN tickets.extensions IS 'approved so far (延期)';
COMMENT ON COLUMN tickets.exempt IS 'an appeal was approved (申诉成立): left out of statistics, the lateness stays visible';
COMMENT ON COLUMN tickets.forced IS 'closed by two supervisors (强制结案); the only closed tickets that need not have been filed';
