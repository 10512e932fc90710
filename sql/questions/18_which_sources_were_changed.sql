-- Where did an article change on whose word it reports something?
SELECT e.seen_at, a.outlet, e.reason, e."before", e."after"
FROM edits AS e JOIN articles AS a USING (article_id)
WHERE e.kind = 'attribution'
ORDER BY e.seen_at, e.edit_id;
