DROP TABLE check_point_owners;
