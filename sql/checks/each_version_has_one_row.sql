-- Each version has one row.
SELECT version_id, count(*) AS times FROM record.version GROUP BY version_id HAVING count(*) > 1;
