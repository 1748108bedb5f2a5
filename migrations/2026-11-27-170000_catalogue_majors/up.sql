-- 大类: what a city groups the items of an edition by, where it does. The ledger has a column for it.
ALTER TABLE catalogue_items ADD COLUMN major_zh text, ADD COLUMN major_en text,
    ADD CONSTRAINT catalogue_items_major_check CHECK ((major_zh IS NULL) = (major_en IS NULL));
COMMENT ON COLUMN catalogue_items.major_zh IS 'name of its major category (问题大类); null: the edition groups it in none';
