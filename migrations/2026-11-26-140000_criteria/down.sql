DROP TABLE observations;
DROP TABLE criteria;
DELETE FROM sync_feed WHERE entity = 'criteria';
