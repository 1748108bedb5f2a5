-- What the office asks of one inspector (督查任务): to recheck what a unit says is put right, to look back at what was closed.
CREATE TABLE tasks (
    id            uuid        CONSTRAINT tasks_pkey PRIMARY KEY,
    kind          text        NOT NULL CONSTRAINT tasks_kind_check CHECK (kind IN ('recheck', 'lookback')),
    account_id    uuid        NOT NULL CONSTRAINT tasks_account_id_fkey REFERENCES accounts (id),
    ticket_id     uuid        NOT NULL CONSTRAINT tasks_ticket_id_fkey REFERENCES tickets (id),
    state         text        NOT NULL CONSTRAINT tasks_state_check CHECK (state IN ('open', 'started', 'done', 'cancelled')),
    rev           bigint      NOT NULL,
    note          text        NOT NULL,
    due_at        timestamptz,
    created_by    uuid        CONSTRAINT tasks_created_by_fkey REFERENCES accounts (id),
    created_at    timestamptz NOT NULL,
    started_at    timestamptz,
    ended_at      timestamptz,
    result        text        CONSTRAINT tasks_result_check CHECK (result IN ('pass', 'fail', 'unable')),
    cancelled_why text        CONSTRAINT tasks_cancelled_why_check CHECK (cancelled_why IN ('reassigned', 'moved_on', 'unfit')),
    CONSTRAINT tasks_end_check CHECK ((state IN ('done', 'cancelled')) = (ended_at IS NOT NULL)),
    CONSTRAINT tasks_done_check CHECK ((state = 'done') = (result IS NOT NULL)),
    CONSTRAINT tasks_cancelled_check CHECK ((state = 'cancelled') = (cancelled_why IS NOT NULL))
);
COMMENT ON COLUMN tasks.account_id IS 'the inspector who is to do it';
COMMENT ON COLUMN tasks.created_by IS 'null: a draw of the system';
COMMENT ON COLUMN tasks.cancelled_why IS 'another was asked; the ticket went on without it; the inspector may not judge it (left, moved, kin)';
CREATE UNIQUE INDEX tasks_live_key ON tasks (ticket_id, kind) WHERE state IN ('open', 'started');
CREATE INDEX tasks_ticket_id_idx ON tasks (ticket_id);
CREATE INDEX tasks_account_id_idx ON tasks (account_id, state);
CREATE INDEX tasks_created_by_idx ON tasks (created_by) WHERE created_by IS NOT NULL;
CREATE INDEX tasks_created_at_idx ON tasks (created_at DESC, id DESC);

-- Who may judge a ticket's rectification: inspectors who reported neither it nor what was merged into it, and who are not of its lead
-- unit, of one above or of one below.
CREATE VIEW ticket_judges AS
SELECT t.id AS ticket_id, t.state AS ticket_state, i.id AS account_id, i.active
  FROM tickets t JOIN units lead ON lead.id = t.lead_unit_id
  JOIN accounts i ON i.role = 'inspector' LEFT JOIN units own ON own.id = i.unit_id
 WHERE NOT coalesce(own.id = ANY (lead.lineage) OR lead.id = ANY (own.lineage), false)
   AND NOT EXISTS (SELECT FROM tickets m JOIN findings f ON f.id = m.finding_id JOIN reports r ON r.id = f.report_id
                    WHERE (m.id = t.id OR m.master_id = t.id) AND r.account_id = i.id);

-- As before; and the inspector who looks back at it.
CREATE OR REPLACE VIEW ticket_readers AS
SELECT t.id AS ticket_id, 'office' AS scope, NULL::uuid AS reader FROM tickets t
UNION ALL
SELECT a.ticket_id, 'unit:' || above, above
  FROM ticket_assignments a JOIN units u ON u.id = a.unit_id CROSS JOIN unnest(u.lineage) AS above
 WHERE a.until IS NULL
UNION ALL
SELECT t.id, 'user:' || i.id, i.id
  FROM tickets t JOIN findings f ON f.id = t.finding_id JOIN reports r ON r.id = f.report_id
  JOIN accounts i ON i.id = r.account_id AND i.role = 'inspector'
UNION ALL
SELECT ticket_id, 'user:' || account_id, account_id FROM ticket_judges WHERE ticket_state = 'awaiting_recheck'
UNION ALL
SELECT k.ticket_id, 'user:' || i.id, i.id
  FROM tasks k JOIN accounts i ON i.id = k.account_id AND i.role = 'inspector'
 WHERE k.kind = 'lookback' AND k.state IN ('open', 'started');
