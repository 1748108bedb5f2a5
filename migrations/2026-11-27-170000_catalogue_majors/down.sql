ALTER TABLE catalogue_items DROP CONSTRAINT catalogue_items_major_check, DROP COLUMN major_en, DROP COLUMN major_zh;
