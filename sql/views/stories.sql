-- One row a story, watched or found.
CREATE OR REPLACE VIEW stories AS
SELECT story_id, slug, title, origin, first_seen_at, last_seen_at, article_count
FROM derived.story;
COMMENT ON VIEW stories IS 'One row a story: watched (a person defined it) or found';
COMMENT ON COLUMN stories.story_id IS 'the story';
COMMENT ON COLUMN stories.slug IS 'its short name, as stories.toml gives it or made of its first title';
COMMENT ON COLUMN stories.title IS 'its title';
COMMENT ON COLUMN stories.origin IS 'watched (a person defined it) or found';
COMMENT ON COLUMN stories.first_seen_at IS 'when its first report was seen (UTC)';
COMMENT ON COLUMN stories.last_seen_at IS 'when a report of it last changed or came (UTC)';
COMMENT ON COLUMN stories.article_count IS 'reports in it';
