-- Grain: one row an article of a story.
SELECT article_id FROM derived.link WHERE story_id = $story_id ORDER BY article_id;
