DELETE FROM sync_feed WHERE entity = 'rounds';
DROP VIEW round_readers;
