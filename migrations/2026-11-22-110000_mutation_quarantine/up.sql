-- The office reads what was quarantined in the order in which it came, of all senders.
CREATE INDEX mutation_log_quarantined_idx ON mutation_log (received_at, account_id, mid) WHERE verdict = 'quarantined';
