-- Grain: one row an article that people may mean.
SELECT a.url AS name, coalesce(v.headline, a.title, '') AS title FROM record.article AS a
LEFT JOIN record.version AS v ON v.version_id = a.head_version_id WHERE a.status <> 'alias' ORDER BY a.url;
