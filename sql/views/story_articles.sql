-- One row an article in a story.
CREATE OR REPLACE VIEW story_articles AS
SELECT l.story_id, s.slug, l.article_id, a.url, l.score, l.reason, l.linked_at,
       a.outlet, l.runner_up, l.runner_up_score, l.review, l.link_id, l.method
FROM derived.link AS l
JOIN derived.story AS s ON s.story_id = l.story_id
JOIN record.article AS a ON a.article_id = l.article_id;
COMMENT ON VIEW story_articles IS 'One row an article in a story, with the score and the reason of the link';
