DROP TABLE ripple_units;
DROP TABLE ripples;
