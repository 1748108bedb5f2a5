ALTER TABLE reports DROP COLUMN captured_at, DROP COLUMN captured_by, DROP COLUMN captured_error_s;
