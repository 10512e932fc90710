-- Each edit has one row.
SELECT edit_id, count(*) AS times FROM derived.edit GROUP BY edit_id HAVING count(*) > 1;
