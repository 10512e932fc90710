-- Grain: one row an article by one of its addresses or the beginning of its id.
SELECT DISTINCT a.article_id, a.url FROM record.article AS a
WHERE a.status <> 'alias' AND (
    a.article_id IN (SELECT article_id FROM record.alias WHERE url IN ($name, $canonical))
    OR (starts_with($name, 'art_') AND starts_with(a.article_id, $name)))
ORDER BY a.article_id LIMIT 3;
