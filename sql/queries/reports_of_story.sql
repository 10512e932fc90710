-- Grain: one row a moment at which a version of one of the story's articles came to stand.
SELECT v.article_id, v.version_id, v.url, v.outlet, p.seen_at, v.headline, v.text, v.published_at, v.language,
       c.source_article_id AS copy_of
FROM record.appearance AS p
JOIN derived.link AS l ON l.article_id = p.article_id AND l.story_id = $story_id
JOIN record.version AS v ON v.version_id = p.version_id
LEFT JOIN derived.copy AS c ON c.article_id = p.article_id
WHERE $since::TIMESTAMP IS NULL OR p.seen_at > $since::TIMESTAMP
ORDER BY p.seen_at, v.url, p.appearance_id;
