ALTER TABLE ticket_assignments ADD CONSTRAINT ticket_assignments_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES units (id);
ALTER TABLE tickets ADD CONSTRAINT tickets_lead_unit_id_fkey FOREIGN KEY (lead_unit_id) REFERENCES units (id);
ALTER TABLE mutation_log ADD CONSTRAINT mutation_log_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id);
ALTER TABLE attachments ADD CONSTRAINT attachments_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id);
ALTER TABLE reports ADD CONSTRAINT reports_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id);
