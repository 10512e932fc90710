-- Grain: one row a moment at which a version of one of the story's articles came to stand.
SELECT p.seen_at, p.version_id FROM record.appearance AS p
JOIN derived.link AS l ON l.article_id = p.article_id AND l.story_id = $story_id
ORDER BY p.seen_at, p.version_id;
