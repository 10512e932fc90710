-- One row a line of a story's audit trail.
CREATE OR REPLACE VIEW story_events AS
SELECT e.event_id, e.story_id, s.slug, e.happened_at, e.kind, e.article_id, e.other_story_id, e.reason,
       e.other_slug, e.articles
FROM derived.story_event AS e
LEFT JOIN derived.story AS s ON s.story_id = e.story_id;
COMMENT ON VIEW story_events IS 'One row a line of a story''s audit trail: joins, second looks, splits, merges, decisions of people';
COMMENT ON COLUMN story_events.event_id IS 'the event';
COMMENT ON COLUMN story_events.story_id IS 'the story';
COMMENT ON COLUMN story_events.slug IS 'the story''s short name, as stories.toml gives it or made of its first title';
COMMENT ON COLUMN story_events.happened_at IS 'when (UTC)';
COMMENT ON COLUMN story_events.kind IS 'started, joined, left, split, merged, or what a person decided';
COMMENT ON COLUMN story_events.article_id IS 'the article that it is about; NULL if it is about the story';
COMMENT ON COLUMN story_events.other_story_id IS 'the other story of a split or merge; NULL else';
COMMENT ON COLUMN story_events.reason IS 'why it was judged so, in words';
COMMENT ON COLUMN story_events.other_slug IS 'of the other story that ended in this one';
COMMENT ON COLUMN story_events.articles IS 'articles that a merge or a decision moved; NULL else';
