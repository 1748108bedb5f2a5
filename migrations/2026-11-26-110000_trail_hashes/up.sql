-- The trail is chained by hashes (防篡改). Rows that are here already get theirs at the next start, in batches (services::audit::backfill):
-- what is hashed is canonical JSON, which SQL cannot write. So the only change that the trigger lets through is a hash where there was none.
ALTER TABLE ticket_events ADD COLUMN ticket_hash bytea, ADD COLUMN hash bytea;
ALTER TABLE ticket_events
    ADD CONSTRAINT ticket_events_hash_check CHECK (hash IS NOT NULL AND octet_length(hash) = 32) NOT VALID,
    ADD CONSTRAINT ticket_events_ticket_hash_check CHECK (octet_length(ticket_hash) = 32) NOT VALID;
COMMENT ON COLUMN ticket_events.hash IS 'SHA-256 over the hash of the row before it and the canonical JSON of this one (domain::audit::chain)';
COMMENT ON COLUMN ticket_events.ticket_hash IS 'digest of the ticket''s own row as this change left it; null on rows that more rows of the same change follow';
CREATE INDEX ticket_events_unhashed_idx ON ticket_events (ticket_id) WHERE hash IS NULL;

DROP TRIGGER ticket_events_append_only ON ticket_events;
CREATE TRIGGER ticket_events_append_only BEFORE DELETE ON ticket_events
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ticket_events_never_changed BEFORE UPDATE ON ticket_events
    FOR EACH ROW WHEN (OLD.hash IS NOT NULL OR to_jsonb(OLD) - '{hash,ticket_hash}'::text[] IS DISTINCT FROM to_jsonb(NEW) - '{hash,ticket_hash}'::text[])
    EXECUTE FUNCTION refuse_change();
