-- Grain: one row an appearance among those asked for, with the text that came to stand, in time order.
SELECT a.article_id, a.url, a.outlet, p.seen_at, v.headline, v.text, coalesce(v.published_at, a.published_at) AS published_at,
       coalesce(v.summary, a.summary) AS summary, v.language
FROM record.appearance AS p
JOIN record.version AS v ON v.version_id = p.version_id
JOIN record.article AS a ON a.article_id = p.article_id
WHERE p.appearance_id IN (SELECT unnest($appearance_ids::JSON::VARCHAR[]))
ORDER BY p.seen_at, p.article_id, p.appearance_id;
