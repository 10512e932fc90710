-- Grain: one row a moment at which a version of one of the story's articles came to stand; with the article at the end of the
-- chain of copies that it belongs to, and who published that one.
WITH RECURSIVE way AS (
    SELECT c.article_id, c.source_article_id, 1 AS steps FROM derived.copy AS c
    WHERE c.article_id IN (SELECT article_id FROM derived.link WHERE story_id = $story_id)
    UNION ALL
    SELECT w.article_id, c.source_article_id, w.steps + 1 FROM way AS w
    JOIN derived.copy AS c ON c.article_id = w.source_article_id WHERE w.steps < 100
), source AS (
    SELECT article_id, arg_max(source_article_id, steps) AS root_id FROM way GROUP BY article_id
)
SELECT v.article_id, v.version_id, v.url, v.outlet, p.seen_at, v.headline, v.text, v.published_at, v.language,
       s.root_id AS copy_of, coalesce(r.outlet, '') AS copy_outlet
FROM record.appearance AS p
JOIN derived.link AS l ON l.article_id = p.article_id AND l.story_id = $story_id
JOIN record.version AS v ON v.version_id = p.version_id
LEFT JOIN source AS s ON s.article_id = p.article_id
LEFT JOIN record.article AS r ON r.article_id = s.root_id
WHERE $since::TIMESTAMP IS NULL OR p.seen_at > $since::TIMESTAMP
ORDER BY p.seen_at, v.url, p.appearance_id;
