-- Grain: one row an article among those asked for, with the text that it had when it was first read.
SELECT a.article_id, a.url, a.outlet, v.seen_at, v.headline, v.text, coalesce(v.published_at, a.published_at) AS published_at,
       coalesce(v.summary, a.summary) AS summary, v.language
FROM record.version AS v JOIN record.article AS a ON a.article_id = v.article_id
WHERE v.seq = 1 AND v.rowid IN (
    SELECT rowid FROM record.version WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]))
)
ORDER BY v.seen_at, a.url;
