-- Grain: one row an article of an outlet that has had a text, with its address now, in the order in which they had it.
SELECT a.article_id, a.url FROM record.version AS v JOIN record.article AS a USING (article_id)
WHERE v.text_hash = $text_hash AND v.outlet = $outlet AND a.status <> 'alias' AND a.head_version_id IS NOT NULL
ORDER BY v.seen_at, a.article_id;
