-- Grain: one row a copy, with its source.
SELECT a.article_id AS copy_article_id, a.outlet AS copy_outlet, v.headline AS copy_title, a.url AS copy_url,
       a.first_seen_at AS copy_first_seen_at, b.article_id AS source_article_id, b.outlet AS source_outlet, w.headline AS source_title,
       b.url AS source_url, b.first_seen_at AS source_first_seen_at
FROM derived.copy AS c
JOIN record.article AS a ON a.article_id = c.article_id
JOIN record.version AS v ON v.version_id = a.head_version_id
JOIN record.article AS b ON b.article_id = c.source_article_id
JOIN record.version AS w ON w.version_id = b.head_version_id
ORDER BY a.first_seen_at, a.article_id;
