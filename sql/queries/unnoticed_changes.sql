-- Grain: one row a line of the log, seen since a time, that a rule has not dealt with; the most telling first.
SELECT c.change_id, c.slug, s.title AS story, c.aspect, c.detected_at, c.url, c.kind, c."before", c."after", c.attributed_to,
       c.corroborations, a.outlet
FROM changes AS c JOIN stories AS s ON s.story_id = c.story_id JOIN record.article AS a ON a.article_id = c.article_id
WHERE c.detected_at > $since::TIMESTAMP AND c.review IS DISTINCT FROM 'rejected'
  AND NOT EXISTS (SELECT 1 FROM record.notice AS n WHERE n.rule = $rule AND n.subject = c.change_id)
ORDER BY s.title, c.detected_at::DATE, c.aspect, c.rank DESC, c.change_id;
