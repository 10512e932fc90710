-- Grain: one row an article among those asked for that proved to be another one under a second address, with that one.
SELECT a.article_id, l.article_id AS now FROM record.article AS a JOIN record.alias AS l ON l.url = a.url
WHERE a.status = 'alias' AND a.article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])) AND l.article_id <> a.article_id
ORDER BY a.article_id;
