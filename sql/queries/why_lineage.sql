-- Grain: the way of an article's text back to the first outlet, one row a step; then the articles that derive from it.
SELECT 'from' AS way, x.step, a.outlet, a.url, a.first_seen_at, c.reason
FROM (SELECT unnest(article_ids) AS article_id, generate_subscripts(article_ids, 1) - 1 AS step FROM lineage WHERE article_id = $article_id) AS x
JOIN record.article AS a ON a.article_id = x.article_id
LEFT JOIN derived.copy AS c ON c.article_id = x.article_id
UNION ALL
SELECT 'to', w.steps, w.outlet, w.url, a.first_seen_at, w.reason FROM lineage AS w JOIN record.article AS a USING (article_id)
WHERE list_contains(w.article_ids, $article_id) AND w.article_id <> $article_id
ORDER BY way, step, first_seen_at, url;
