-- What the office knows an inspector by: another name in each round, and a standing one outside of rounds. Nothing of it is made of the
-- account, so that nobody can reckon from one to the other.
CREATE TABLE pseudonyms (
    id         uuid CONSTRAINT pseudonyms_pkey PRIMARY KEY DEFAULT gen_random_uuid(),
    account_id uuid NOT NULL CONSTRAINT pseudonyms_account_id_fkey REFERENCES accounts (id),
    round_id   uuid CONSTRAINT pseudonyms_round_id_fkey REFERENCES rounds (id),
    name       text NOT NULL DEFAULT 'D-' || upper(left(gen_random_uuid()::text, 8)),
    CONSTRAINT pseudonyms_account_key UNIQUE NULLS NOT DISTINCT (account_id, round_id)
);
COMMENT ON COLUMN pseudonyms.round_id IS 'null: outside of rounds';
CREATE INDEX pseudonyms_round_id_idx ON pseudonyms (round_id) WHERE round_id IS NOT NULL;

-- An inspector has a name wherever it appears, whoever wrote the row.
CREATE FUNCTION name_inspector() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_TABLE_NAME = 'accounts' THEN
        INSERT INTO pseudonyms (account_id) VALUES (NEW.id) ON CONFLICT ON CONSTRAINT pseudonyms_account_key DO NOTHING;
    ELSE
        INSERT INTO pseudonyms (account_id, round_id) VALUES (NEW.account_id, NEW.round_id)
            ON CONFLICT ON CONSTRAINT pseudonyms_account_key DO NOTHING;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_named AFTER INSERT OR UPDATE OF role ON accounts
    FOR EACH ROW WHEN (NEW.role = 'inspector') EXECUTE FUNCTION name_inspector();
CREATE TRIGGER round_points_named AFTER INSERT ON round_points
    FOR EACH ROW WHEN (NEW.account_id IS NOT NULL) EXECUTE FUNCTION name_inspector();
CREATE TRIGGER tasks_named AFTER INSERT OR UPDATE OF account_id ON tasks
    FOR EACH ROW WHEN (NEW.round_id IS NOT NULL) EXECUTE FUNCTION name_inspector();

-- Who is there already: no more than a city's inspectors, and the rounds of its first weeks.
INSERT INTO pseudonyms (account_id, round_id)
SELECT id, NULL::uuid FROM accounts WHERE role = 'inspector'
UNION SELECT account_id, NULL FROM tasks
UNION SELECT account_id, round_id FROM tasks WHERE round_id IS NOT NULL
UNION SELECT account_id, round_id FROM round_points WHERE account_id IS NOT NULL;
