-- Phones keep rows by one id; an item's key has three parts.
ALTER TABLE catalogue_items
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid() CONSTRAINT catalogue_items_id_key UNIQUE;
