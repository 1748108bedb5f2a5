-- Unmasking an inspector takes two people: one asks with a reason, another confirms. Each step is a row of the ticket's trail, which is
-- chained and signed; this table only says where it stands.
CREATE TABLE unmaskings (
    id           uuid        CONSTRAINT unmaskings_pkey PRIMARY KEY,
    ticket_id    uuid        NOT NULL CONSTRAINT unmaskings_ticket_id_fkey REFERENCES tickets (id),
    pseudonym_id uuid        NOT NULL CONSTRAINT unmaskings_pseudonym_id_fkey REFERENCES pseudonyms (id),
    reason       text        NOT NULL,
    state        text        NOT NULL CONSTRAINT unmaskings_state_check CHECK (state IN ('open', 'confirmed', 'refused')),
    asked_by     uuid        NOT NULL CONSTRAINT unmaskings_asked_by_fkey REFERENCES accounts (id),
    asked_at     timestamptz NOT NULL,
    decided_by   uuid        CONSTRAINT unmaskings_decided_by_fkey REFERENCES accounts (id),
    decided_at   timestamptz,
    CONSTRAINT unmaskings_decided_check CHECK (num_nulls(decided_by, decided_at) = CASE state WHEN 'open' THEN 2 ELSE 0 END),
    CONSTRAINT unmaskings_second_person_check CHECK (decided_by <> asked_by)
);
CREATE UNIQUE INDEX unmaskings_open_key ON unmaskings (ticket_id, pseudonym_id) WHERE state = 'open';
CREATE INDEX unmaskings_ticket_id_idx ON unmaskings (ticket_id);
CREATE INDEX unmaskings_pseudonym_id_idx ON unmaskings (pseudonym_id);
CREATE INDEX unmaskings_asked_by_idx ON unmaskings (asked_by);
CREATE INDEX unmaskings_decided_by_idx ON unmaskings (decided_by) WHERE decided_by IS NOT NULL;
CREATE INDEX unmaskings_asked_at_idx ON unmaskings (asked_at DESC, id DESC);
