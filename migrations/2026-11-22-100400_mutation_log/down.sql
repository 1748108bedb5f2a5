DROP TABLE mutation_conflicts;
DROP TABLE mutation_attachments;
DROP TABLE mutation_log;
