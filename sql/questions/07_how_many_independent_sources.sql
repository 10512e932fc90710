-- How many outlets say each thing, and how many of them are copies?
SELECT c.aspect, c.subject, c.value, count(DISTINCT a.outlet) AS outlets,
       count(DISTINCT a.outlet) FILTER (c.article_id NOT IN (SELECT article_id FROM copies)) AS without_copies
FROM claims AS c JOIN articles AS a USING (article_id)
WHERE c.value <> '' GROUP BY ALL HAVING count(DISTINCT a.outlet) > 1 ORDER BY outlets DESC, c.aspect, c.subject, c.value;
