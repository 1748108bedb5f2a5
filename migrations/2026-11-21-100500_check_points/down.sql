DROP TABLE check_points;
DROP TABLE check_point_kinds;
