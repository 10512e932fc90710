-- Which sentences disappeared from published articles, without a note?
SELECT e.seen_at, a.outlet, a.title, e."before" AS removed
FROM edits AS e JOIN articles AS a USING (article_id)
WHERE e.op = 'remove' AND e.silent
ORDER BY e.seen_at, e.edit_id;
