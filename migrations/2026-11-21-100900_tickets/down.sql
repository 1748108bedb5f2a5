DROP TABLE ticket_events;
DROP FUNCTION refuse_change();
DROP TABLE ticket_assignments;
DROP TABLE tickets;
DROP SEQUENCE ticket_numbers;
