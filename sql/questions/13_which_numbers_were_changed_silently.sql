-- Which numbers were changed in published articles without a note?
SELECT e.seen_at, a.outlet, e."before", e."after", e.url
FROM edits AS e JOIN articles AS a USING (article_id)
WHERE e.kind = 'number' AND e.op = 'change' AND e.silent
ORDER BY e.seen_at, e.edit_id;
