-- Grain: one row a feed that was ever followed.
SELECT * FROM record.feed;
