-- Each appearance has one row.
SELECT appearance_id, count(*) AS times FROM record.appearance GROUP BY appearance_id HAVING count(*) > 1;
