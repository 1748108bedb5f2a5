DROP TABLE reference_stamps;
DROP TABLE areas;
