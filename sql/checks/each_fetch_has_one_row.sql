-- Each fetch has one row.
SELECT fetch_id, count(*) AS times FROM record.fetch GROUP BY fetch_id HAVING count(*) > 1;
