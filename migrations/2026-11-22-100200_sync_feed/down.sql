DROP VIEW ticket_photos;
DROP VIEW ticket_readers;
DROP TABLE feed_base;
DROP TABLE sync_feed;
DROP SEQUENCE sync_feed_seq;
