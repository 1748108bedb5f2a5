DROP INDEX ticket_spans_overdue_idx;
CREATE INDEX ticket_spans_overdue_idx ON ticket_spans USING gist (overdue_during(since, until, state, due_at, submitted_at, photos_due_at))
    WHERE overdue_during(since, until, state, due_at, submitted_at, photos_due_at) IS NOT NULL;
