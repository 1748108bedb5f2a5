DROP TABLE ticket_attachments;
DROP TABLE report_attachments;
DROP TABLE finding_attachments;
DROP TABLE attachments;
