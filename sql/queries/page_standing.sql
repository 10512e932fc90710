-- Grain: one row an aspect and subject of a story: what stands now.
SELECT t.*, a.outlet, a.article_id FROM derived.standing AS t LEFT JOIN record.article AS a ON a.url = t.url
WHERE t.story_id = $story_id ORDER BY t.aspect, t.subject, t.value;
