-- Grain: one row a paragraph that stands in several articles of one of the outlets asked for.
SELECT outlet, fingerprint, count(DISTINCT article_id) AS articles FROM record.paragraph
WHERE outlet IN (SELECT unnest($outlets::VARCHAR[]))
GROUP BY outlet, fingerprint HAVING count(DISTINCT article_id) >= $least::INTEGER ORDER BY outlet, fingerprint;
