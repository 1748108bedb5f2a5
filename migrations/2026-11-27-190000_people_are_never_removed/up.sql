-- The sender of a report, of a photo and of a mutation is the account that the request was let in for, and the unit of a ticket one of those in
-- memory: neither is ever removed (refuse_removal says so, by accounts_never_removed and units_never_removed). To ask again at every row costs
-- more than the question: it locks the row of the account and of the unit, which every request of a district shares.
ALTER TABLE reports DROP CONSTRAINT reports_account_id_fkey;
ALTER TABLE attachments DROP CONSTRAINT attachments_account_id_fkey;
ALTER TABLE mutation_log DROP CONSTRAINT mutation_log_account_id_fkey;
ALTER TABLE tickets DROP CONSTRAINT tickets_lead_unit_id_fkey;
ALTER TABLE ticket_assignments DROP CONSTRAINT ticket_assignments_unit_id_fkey;
