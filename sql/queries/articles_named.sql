-- Grain: one row an article by one of its addresses or the beginning of its id.
SELECT a.article_id, a.url, coalesce(v.headline, a.title, '') AS title FROM record.article AS a
LEFT JOIN record.version AS v ON v.version_id = a.head_version_id
WHERE a.status <> 'alias' AND (
    a.article_id IN (SELECT article_id FROM record.alias WHERE url IN ($name, $canonical))
    OR (starts_with($name, 'art_') AND starts_with(a.article_id, $name)))
ORDER BY a.article_id LIMIT 3;
