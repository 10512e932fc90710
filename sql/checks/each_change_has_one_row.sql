-- Each change has one row.
SELECT change_id, count(*) AS times FROM derived.change GROUP BY change_id HAVING count(*) > 1;
