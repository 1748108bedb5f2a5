-- All that decides where a report goes is kept in memory: a stamp for each part of it.
INSERT INTO reference_stamps (topic, version)
VALUES ('catalogue', 0), ('check_points', 0), ('policies', 0), ('rulings', 0), ('units', 0);
