-- Grain: one row a story by its slug or the beginning of its id; one that ended is told by the story in which it ended.
SELECT s.story_id, s.slug, s.title, s.origin, s.article_count FROM derived.story AS s
WHERE s.story_id IN (
    SELECT story_id FROM slugs
    WHERE slug = $name OR (starts_with($name, 'sto_') AND starts_with(coalesce(former_id, story_id), $name)))
ORDER BY s.slug LIMIT 3;
