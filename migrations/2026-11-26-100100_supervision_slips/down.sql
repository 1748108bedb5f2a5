ALTER TABLE tickets DROP supervision_level;
DROP TABLE supervision_slips;
DROP SEQUENCE supervision_slip_numbers;
