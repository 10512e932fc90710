-- Which edits bear meaning, and came without a note?
SELECT e.seen_at, a.outlet, e.kind, e."before", e."after", e.reason
FROM edits AS e JOIN articles AS a USING (article_id)
WHERE e.silent ORDER BY e.seen_at, e.edit_id;
