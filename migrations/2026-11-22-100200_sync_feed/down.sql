DROP TABLE feed_base;
DROP TABLE sync_feed;
DROP SEQUENCE sync_feed_seq;
