-- Grain: one row a story by its slug or the beginning of its id; one that ended is told by the story in which it ended.
WITH RECURSIVE ended AS (
    SELECT other_story_id AS gone_id, other_slug AS gone_slug, story_id AS into_id, happened_at FROM derived.story_event
    WHERE kind = 'merged' AND other_slug IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM derived.story AS s WHERE s.story_id = other_story_id)
    QUALIFY row_number() OVER (PARTITION BY other_story_id ORDER BY happened_at DESC, story_id) = 1
), followed AS (
    SELECT into_id AS story_id, 1 AS steps FROM ended WHERE gone_slug = $name OR starts_with(gone_id, $name)
    UNION ALL
    SELECT e.into_id, f.steps + 1 FROM followed AS f JOIN ended AS e ON e.gone_id = f.story_id WHERE f.steps < 100
)
SELECT DISTINCT s.story_id, s.slug, s.title, s.origin, s.article_count FROM derived.story AS s
WHERE s.slug = $name OR (starts_with($name, 'sto_') AND starts_with(s.story_id, $name))
   OR s.story_id IN (SELECT story_id FROM followed)
ORDER BY s.slug LIMIT 3;
