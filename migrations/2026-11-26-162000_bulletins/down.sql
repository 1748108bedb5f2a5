DROP TABLE bulletins;
DROP FUNCTION hold_bulletin();
