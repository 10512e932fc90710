-- Each link has one row.
SELECT link_id, count(*) AS times FROM derived.link GROUP BY link_id HAVING count(*) > 1;
