-- One row a story, watched or found; also one that ended in another and had a page or was merged by a person.
CREATE OR REPLACE VIEW stories AS
SELECT s.story_id, s.slug, s.title, s.origin, s.first_seen_at, s.last_seen_at, s.article_count,
       coalesce(parent.slug_now, parent.slug) AS split_from, NULL::VARCHAR AS merged_into
FROM derived.story AS s
LEFT JOIN (
    SELECT e.other_story_id AS part_id, p.slug, f.slug_now FROM derived.story_event AS e
    LEFT JOIN derived.story AS p ON p.story_id = e.story_id
    LEFT JOIN slugs AS f ON f.former_id = e.story_id
    WHERE e.kind = 'split'
    QUALIFY row_number() OVER (PARTITION BY e.other_story_id ORDER BY e.happened_at DESC, e.event_id) = 1
) AS parent ON parent.part_id = s.story_id
UNION ALL
SELECT f.former_id, f.slug, f.title, 'found', NULL, f.ended_at, 0, NULL, f.slug_now
FROM slugs AS f
WHERE f.former_id IS NOT NULL
  AND (f.articles > 1 OR f.former_id IN (SELECT other_story_id FROM record.decision WHERE kind = 'merge'));
COMMENT ON VIEW stories IS 'One row a story: watched (a person defined it) or found; also those that ended in another one';
COMMENT ON COLUMN stories.story_id IS 'the story';
COMMENT ON COLUMN stories.slug IS 'its short name, as stories.toml gives it or made of its first title';
COMMENT ON COLUMN stories.title IS 'its title';
COMMENT ON COLUMN stories.origin IS 'watched (a person defined it) or found';
COMMENT ON COLUMN stories.first_seen_at IS 'when its first report was seen (UTC)';
COMMENT ON COLUMN stories.last_seen_at IS 'when a report of it last changed or came (UTC)';
COMMENT ON COLUMN stories.article_count IS 'reports in it';
COMMENT ON COLUMN stories.split_from IS 'slug of the story from which it was split; NULL if it was not';
COMMENT ON COLUMN stories.merged_into IS 'slug of the story in which it ended: its articles are there, and it has none; else NULL';
