-- Each feed has one row.
SELECT feed_id, count(*) AS times FROM record.feed GROUP BY feed_id HAVING count(*) > 1;
