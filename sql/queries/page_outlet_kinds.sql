-- Grain: one row an outlet and kind of edit with meaning.
SELECT a.outlet, e.kind, count(*) AS edits, count(*) FILTER (e.silent) AS silent
FROM derived.edit AS e JOIN record.article AS a USING (article_id) WHERE e.meaningful
GROUP BY ALL ORDER BY a.outlet, edits DESC, e.kind;
