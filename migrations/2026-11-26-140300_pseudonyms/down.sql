DROP TRIGGER tasks_named ON tasks;
DROP TRIGGER round_points_named ON round_points;
DROP TRIGGER accounts_named ON accounts;
DROP FUNCTION name_inspector;
DROP TABLE pseudonyms;
