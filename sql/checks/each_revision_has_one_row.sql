-- Each revision has one row.
SELECT revision_id, count(*) AS times FROM derived.revision GROUP BY revision_id HAVING count(*) > 1;
