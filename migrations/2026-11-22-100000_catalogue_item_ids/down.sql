ALTER TABLE catalogue_items DROP COLUMN id;
