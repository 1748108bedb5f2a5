-- Duplicates and recurrence (反弹): a new finding meets the tickets of its item that are near, open or closed lately.
ALTER TABLE catalogue_items ALTER COLUMN radius_m DROP NOT NULL, ALTER COLUMN radius_m DROP DEFAULT;
UPDATE catalogue_items SET radius_m = NULL WHERE radius_m = 30;
COMMENT ON COLUMN catalogue_items.radius_m IS 'two findings of this item this close are the same place; null: as the policy intake.duplicate_radius_m says';

ALTER TABLE tickets ADD COLUMN recurrence_of uuid CONSTRAINT tickets_recurrence_of_fkey REFERENCES tickets (id);
COMMENT ON COLUMN tickets.recurrence_of IS 'the ticket of the same fault that had been closed a short time before; set when the finding arrives, never for inspectors';
CREATE INDEX tickets_recurrence_of_idx ON tickets (recurrence_of) WHERE recurrence_of IS NOT NULL;
CREATE INDEX tickets_place_idx ON tickets (scheme, item, lat, lon) WHERE lat IS NOT NULL;
