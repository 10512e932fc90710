-- One row a slug that leads to a story: its own, and those of stories that ended in it.
CREATE OR REPLACE VIEW slugs AS
WITH RECURSIVE ended AS (
    SELECT other_story_id AS gone_id, other_slug, other_title, story_id AS into_id, happened_at, articles, reason
    FROM derived.story_event
    WHERE kind = 'merged' AND other_slug IS NOT NULL AND other_story_id NOT IN (SELECT story_id FROM derived.story)
    QUALIFY row_number() OVER (PARTITION BY other_story_id ORDER BY happened_at DESC, event_id) = 1
), way AS (
    SELECT gone_id, other_slug, other_title, into_id, happened_at, articles, reason, 1 AS steps FROM ended
    UNION ALL
    SELECT w.gone_id, w.other_slug, w.other_title, e.into_id, w.happened_at, w.articles, w.reason, w.steps + 1
    FROM way AS w JOIN ended AS e ON e.gone_id = w.into_id WHERE w.steps < 100
)
SELECT s.slug, s.story_id, s.slug AS slug_now, NULL AS former_id, NULL AS title, NULL::TIMESTAMP AS ended_at, NULL AS articles,
       NULL AS reason
FROM derived.story AS s
UNION ALL
SELECT w.other_slug, s.story_id, s.slug, w.gone_id, w.other_title, w.happened_at, w.articles, w.reason
FROM way AS w JOIN derived.story AS s ON s.story_id = w.into_id;
COMMENT ON VIEW slugs IS 'One row a slug that leads to a story: its own, and those of the stories that ended in it';
COMMENT ON COLUMN slugs.slug IS 'the slug';
COMMENT ON COLUMN slugs.story_id IS 'the story to which it leads';
COMMENT ON COLUMN slugs.slug_now IS 'that story''s own slug';
COMMENT ON COLUMN slugs.former_id IS 'the story that had the slug until it ended; NULL for a story''s own slug';
COMMENT ON COLUMN slugs.title IS 'the title of the story that ended';
COMMENT ON COLUMN slugs.ended_at IS 'when it ended, by what had been seen then (UTC)';
COMMENT ON COLUMN slugs.articles IS 'the articles that it had';
COMMENT ON COLUMN slugs.reason IS 'why it ended';
