-- Each article derives from one other article at most, and none from itself.
SELECT article_id, count(*) AS times FROM derived.copy GROUP BY article_id
HAVING count(*) > 1 OR bool_or(source_article_id = article_id);
