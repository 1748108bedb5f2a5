-- More of the same: every report, finding and ticket so many times again, under ids of its own, with assignments, trail and feed,
-- as if each transaction had taken in more. Photos and the mutation log stay as they are: no pull of an officer reads them.
SET session_replication_role = replica;
SET synchronous_commit = off;

CREATE FUNCTION pg_temp.twin(id uuid, number int) RETURNS uuid LANGUAGE sql IMMUTABLE AS
$$ SELECT md5(id::text || number)::uuid $$;

CREATE FUNCTION pg_temp.multiply(source regclass, own text[], condition text DEFAULT 'true') RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    names text;
    twins text;
BEGIN
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum),
           string_agg(CASE WHEN attname = ANY (own) THEN format('pg_temp.twin(o.%I, n)', attname)
                           WHEN source = 'tickets'::regclass AND attname = 'number' THEN 'o.number || ''-'' || n'
                           WHEN source = 'sync_feed'::regclass AND attname = 'seq' THEN 'nextval(''sync_feed_seq'')'
                           ELSE format('o.%I', attname) END, ', ' ORDER BY attnum)
      INTO names, twins
      FROM pg_attribute WHERE attrelid = source AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format('INSERT INTO %s (%s) SELECT %s FROM %s AS o CROSS JOIN generate_series(1, {times}) AS n WHERE %s',
                   source, names, twins, source, condition);
END $$;

{multiply};
