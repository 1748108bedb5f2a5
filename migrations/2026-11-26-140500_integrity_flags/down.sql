DROP TABLE integrity_flags;
