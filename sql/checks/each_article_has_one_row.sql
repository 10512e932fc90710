-- Each article has one row.
SELECT article_id, count(*) AS times FROM record.article GROUP BY article_id HAVING count(*) > 1;
