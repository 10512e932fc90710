-- Grain: one row a silent edit that bears meaning, seen since a time, that a rule has not dealt with.
SELECT e.edit_id, a.outlet, v.headline AS title, e.seen_at, e.url, e.kind, e."before", e."after", e.reason
FROM derived.edit AS e JOIN record.article AS a ON a.article_id = e.article_id JOIN record.version AS v ON v.version_id = a.head_version_id
WHERE e.seen_at > $since::TIMESTAMP AND e.silent AND e.meaningful
  AND NOT EXISTS (SELECT 1 FROM record.notice AS n WHERE n.rule = $rule AND n.subject = e.edit_id)
ORDER BY a.outlet, e.seen_at, e.edit_id;
