-- Where did "will" become "may", or the other way round?
SELECT e.seen_at, a.outlet, e.reason, e."before", e."after"
FROM edits AS e JOIN articles AS a USING (article_id)
WHERE e.kind IN ('modality', 'negation')
ORDER BY e.seen_at, e.edit_id;
