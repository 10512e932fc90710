-- Grain: one row a line of a story's audit trail that is no plain joining.
SELECT happened_at, kind, other_story_id, other_slug, reason FROM story_events
WHERE (story_id = $story_id OR other_story_id = $story_id) AND kind NOT IN ('joined', 'left') ORDER BY happened_at, event_id;
