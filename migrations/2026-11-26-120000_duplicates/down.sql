DROP INDEX tickets_place_idx;
ALTER TABLE tickets DROP COLUMN recurrence_of;
UPDATE catalogue_items SET radius_m = 30 WHERE radius_m IS NULL;
ALTER TABLE catalogue_items ALTER COLUMN radius_m SET NOT NULL, ALTER COLUMN radius_m SET DEFAULT 30;
COMMENT ON COLUMN catalogue_items.radius_m IS 'two findings of this item this close are the same place';
