-- Each story has one row.
SELECT story_id, count(*) AS times FROM derived.story GROUP BY story_id HAVING count(*) > 1;
