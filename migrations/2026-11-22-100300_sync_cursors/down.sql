ALTER TABLE devices DROP COLUMN cursors_given;
DROP TABLE sync_cursors;
