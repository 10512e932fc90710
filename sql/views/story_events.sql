-- One row a line of a story's audit trail.
CREATE OR REPLACE VIEW story_events AS
SELECT e.event_id, e.story_id, s.slug, e.happened_at, e.kind, e.article_id, e.other_story_id, e.reason
FROM derived.story_event AS e
LEFT JOIN derived.story AS s ON s.story_id = e.story_id;
COMMENT ON VIEW story_events IS 'One row a line of a story''s audit trail: joins, second looks, splits, merges, decisions of people';
