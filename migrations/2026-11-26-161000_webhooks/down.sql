DROP TRIGGER ticket_events_webhooks ON ticket_events;
DROP FUNCTION tell_webhooks_of_trail();
DROP TABLE webhook_attempts;
DROP TABLE webhook_deliveries;
DROP TABLE webhook_messages;
DROP TABLE webhook_endpoints;
