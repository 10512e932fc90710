-- How long between a report and its correction note?
SELECT a.outlet, a.title, a.first_seen_at, e.seen_at AS corrected_at, e.seen_at - a.first_seen_at AS after_time, e."after" AS note
FROM edits AS e JOIN articles AS a USING (article_id)
WHERE e.kind = 'correction' AND e."after" <> '' ORDER BY after_time;
