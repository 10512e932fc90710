-- Which quotations were changed after publication?
SELECT e.seen_at, a.outlet, e.reason, e."before", e."after"
FROM edits AS e JOIN articles AS a USING (article_id)
WHERE e.kind = 'quote' AND e.op = 'change'
ORDER BY e.seen_at, e.edit_id;
