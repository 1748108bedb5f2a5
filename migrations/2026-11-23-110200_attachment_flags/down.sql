DROP TABLE attachment_flags;
