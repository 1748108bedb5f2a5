-- Bulletins (通报): drafted, frozen with their data and their page, published. What is frozen never changes; a late appeal becomes an
-- erratum in the next one.
CREATE TABLE bulletins (
    id           uuid        CONSTRAINT bulletins_pkey PRIMARY KEY,
    number       text        CONSTRAINT bulletins_number_key UNIQUE,
    state        text        NOT NULL CONSTRAINT bulletins_state_check CHECK (state IN ('draft', 'frozen', 'published')),
    title        text        NOT NULL,
    foreword     text        NOT NULL,
    from_day     date        NOT NULL,
    to_day       date        NOT NULL,
    as_of        timestamptz,
    cases        uuid[]      NOT NULL,
    created_by   uuid        NOT NULL CONSTRAINT bulletins_created_by_fkey REFERENCES accounts (id),
    created_at   timestamptz NOT NULL,
    frozen_by    uuid        CONSTRAINT bulletins_frozen_by_fkey REFERENCES accounts (id),
    frozen_at    timestamptz,
    data         text,
    page         text,
    hash         bytea       CONSTRAINT bulletins_hash_check CHECK (octet_length(hash) = 32),
    published_by uuid        CONSTRAINT bulletins_published_by_fkey REFERENCES accounts (id),
    published_at timestamptz,
    CONSTRAINT bulletins_period_check CHECK (from_day <= to_day),
    CONSTRAINT bulletins_frozen_check CHECK (num_nulls(number, as_of, frozen_by, frozen_at, data, page, hash) = 0 OR state = 'draft'),
    CONSTRAINT bulletins_published_check CHECK (num_nulls(published_by, published_at) = CASE state WHEN 'published' THEN 0 ELSE 2 END)
);
COMMENT ON COLUMN bulletins.as_of IS 'null in a draft: the end of the period, or the freezing if that is earlier';
COMMENT ON COLUMN bulletins.cases IS 'tickets shown with their pictures before and after';
COMMENT ON COLUMN bulletins.data IS 'canonical JSON (RFC 8785): figures, definitions, boards, errata, pictures and outlines';
COMMENT ON COLUMN bulletins.hash IS 'SHA-256 over data, a zero byte, and page';
CREATE INDEX bulletins_published_at_idx ON bulletins (published_at DESC, id DESC);
CREATE INDEX bulletins_created_at_idx ON bulletins (created_at DESC, id DESC);
CREATE INDEX bulletins_created_by_idx ON bulletins (created_by);
CREATE INDEX bulletins_frozen_by_idx ON bulletins (frozen_by);
CREATE INDEX bulletins_published_by_idx ON bulletins (published_by);

CREATE FUNCTION hold_bulletin() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    announcement CONSTANT text[] := '{state,published_by,published_at}';
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.state = 'frozen' AND NEW.state = 'published'
       AND to_jsonb(NEW) - announcement = to_jsonb(OLD) - announcement THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'bulletin % is frozen', OLD.number USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER bulletins_frozen BEFORE UPDATE OR DELETE ON bulletins
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION hold_bulletin();
CREATE TRIGGER bulletins_never_emptied BEFORE TRUNCATE ON bulletins
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
