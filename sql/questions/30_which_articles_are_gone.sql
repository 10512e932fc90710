-- Which articles were taken down or moved out of reach, and what did they last say?
SELECT q.seen_at, q.kind, a.outlet, a.title, v.seq AS last_version, left(v.text, 200) AS beginning
FROM quarantine AS q JOIN articles AS a USING (article_id) JOIN versions AS v ON v.version_id = a.head_version_id
WHERE q.kind IN ('gone', 'soft_404')
ORDER BY q.seen_at, q.url;
