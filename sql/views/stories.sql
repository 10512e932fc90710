-- One row a story, watched or found.
CREATE OR REPLACE VIEW stories AS
SELECT story_id, slug, title, origin, first_seen_at, last_seen_at, article_count
FROM derived.story;
COMMENT ON VIEW stories IS 'One row a story: watched (a person defined it) or found';
