-- Nobody chooses rows by these columns: gathering statistics of them (sorting thirty thousand documents each time) is most of what an ANALYZE
-- takes, while phones push.
ALTER TABLE tickets ALTER routing SET STATISTICS 0, ALTER clock SET STATISTICS 0;
ALTER TABLE ticket_events
    ALTER data SET STATISTICS 0, ALTER opinion SET STATISTICS 0, ALTER ticket_hash SET STATISTICS 0, ALTER hash SET STATISTICS 0;
ALTER TABLE reports ALTER raw SET STATISTICS 0, ALTER captured SET STATISTICS 0, ALTER canon_sha256 SET STATISTICS 0;
ALTER TABLE findings ALTER text SET STATISTICS 0;
ALTER TABLE mutation_log
    ALTER raw SET STATISTICS 0, ALTER clock SET STATISTICS 0, ALTER result SET STATISTICS 0, ALTER canon_sha256 SET STATISTICS 0;
ALTER TABLE mutation_attachments ALTER sha256 SET STATISTICS 0;
ALTER TABLE audit_leaves ALTER hash SET STATISTICS 0;
ALTER TABLE audit_nodes ALTER hash SET STATISTICS 0;
ALTER TABLE audit_pending ALTER hash SET STATISTICS 0;
