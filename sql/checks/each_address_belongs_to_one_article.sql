-- Each address belongs to one article.
SELECT url, count(*) AS times FROM record.alias GROUP BY url HAVING count(*) > 1;
