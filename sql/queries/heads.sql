-- Grain: one row an article among those asked for: the version that stands.
SELECT v.version_id, v.article_id, v.url, v.outlet, v.seq, v.seen_at, v.headline, v.text, v.text_hash, v.byline, v.published_at,
       v.updated_at, v.summary, v.language, v.extractor
FROM record.version AS v
WHERE v.rowid IN (
    SELECT w.rowid FROM record.version AS w JOIN record.article AS a ON a.head_version_id = w.version_id
    WHERE a.article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]))
);
