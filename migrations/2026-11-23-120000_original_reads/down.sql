DROP TABLE original_reads;
