-- Each link joins an article and a story that exist.
SELECT l.link_id FROM derived.link AS l
LEFT JOIN derived.story AS s USING (story_id) LEFT JOIN record.article AS a USING (article_id)
WHERE s.story_id IS NULL OR a.article_id IS NULL;
