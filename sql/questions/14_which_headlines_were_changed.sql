-- Which headlines were changed, how long after the article was first seen?
SELECT a.outlet, e.seen_at - a.first_seen_at AS after_time, e."before", e."after", e.kind, e.silent
FROM edits AS e JOIN articles AS a USING (article_id)
WHERE e.field = 'headline' AND e.op = 'change' AND e.meaningful
ORDER BY after_time, e.edit_id;
