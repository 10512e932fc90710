-- One row an article in a story.
CREATE OR REPLACE VIEW story_articles AS
SELECT l.story_id, s.slug, l.article_id, a.url, l.score, l.reason, l.linked_at,
       a.outlet, l.runner_up, l.runner_up_score, l.review, l.link_id, l.method
FROM derived.link AS l
JOIN derived.story AS s ON s.story_id = l.story_id
JOIN record.article AS a ON a.article_id = l.article_id;
COMMENT ON VIEW story_articles IS 'One row an article in a story, with the score and the reason of the link';
COMMENT ON COLUMN story_articles.story_id IS 'the story';
COMMENT ON COLUMN story_articles.slug IS 'the story''s short name, as stories.toml gives it or made of its first title';
COMMENT ON COLUMN story_articles.article_id IS 'the article: one page of one outlet, followed over time';
COMMENT ON COLUMN story_articles.url IS 'the address of the article at the outlet';
COMMENT ON COLUMN story_articles.score IS 'how well the article fits, 0 to 1';
COMMENT ON COLUMN story_articles.reason IS 'why it is in the story, in words';
COMMENT ON COLUMN story_articles.linked_at IS 'when it was linked (UTC)';
COMMENT ON COLUMN story_articles.outlet IS 'who publishes';
COMMENT ON COLUMN story_articles.runner_up IS 'the next best story; NULL if none came near';
COMMENT ON COLUMN story_articles.runner_up_score IS 'how well it would have fitted there';
COMMENT ON COLUMN story_articles.review IS 'true if the decision was narrow and a person should look';
COMMENT ON COLUMN story_articles.link_id IS 'the link; writethru why explains it';
COMMENT ON COLUMN story_articles.method IS 'the linker and its version, or the person''s decision';
