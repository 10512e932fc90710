-- What did the store hold at an earlier commit (time travel)? A snapshot's number, or TIMESTAMP => now() - INTERVAL 7 DAY.
SELECT count(*) AS versions, count(DISTINCT article_id) AS articles, max(seen_at) AS last_seen FROM record.version AT (VERSION => 9);
