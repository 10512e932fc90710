-- Grain: one row a paragraph that recurs at an outlet: when it had stood in so many of its articles.
SELECT fingerprint, list_sort(list(seen_at))[$articles] AS since
FROM (SELECT fingerprint, article_id, min(seen_at) AS seen_at FROM record.paragraph WHERE outlet = $outlet GROUP BY ALL)
GROUP BY fingerprint HAVING count(*) >= $articles
ORDER BY since, fingerprint;
