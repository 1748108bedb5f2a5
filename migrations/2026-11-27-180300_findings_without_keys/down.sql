DROP TRIGGER filing_conditions_never_removed ON filing_conditions;
DROP TRIGGER catalogue_items_never_removed ON catalogue_items;
CREATE OR REPLACE FUNCTION refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the trail may name rows of %: they are never removed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE INDEX findings_item_idx ON findings (scheme, version, item);
CREATE INDEX findings_condition_id_idx ON findings (condition_id) WHERE condition_id IS NOT NULL;
CREATE INDEX tickets_item_idx ON tickets (scheme, version, item);
CREATE INDEX tickets_condition_id_idx ON tickets (condition_id);
CREATE INDEX reports_device_id_idx ON reports (device_id) WHERE device_id IS NOT NULL;
ALTER TABLE reports ADD CONSTRAINT reports_device_id_fkey FOREIGN KEY (device_id) REFERENCES devices (id);
ALTER TABLE tickets
    ADD CONSTRAINT tickets_item_fkey FOREIGN KEY (scheme, version, item) REFERENCES catalogue_items (scheme, version, code),
    ADD CONSTRAINT tickets_condition_id_fkey FOREIGN KEY (condition_id) REFERENCES filing_conditions (id);
ALTER TABLE findings
    ADD CONSTRAINT findings_item_fkey FOREIGN KEY (scheme, version, item) REFERENCES catalogue_items (scheme, version, code),
    ADD CONSTRAINT findings_condition_id_fkey FOREIGN KEY (condition_id) REFERENCES filing_conditions (id);
