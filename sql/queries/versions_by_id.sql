-- Grain: one row a version among those asked for.
SELECT version_id, article_id, url, outlet, seq, seen_at, headline, text, text_hash, byline, published_at, updated_at, summary,
       language, extractor
FROM record.version
WHERE rowid IN (
    SELECT rowid FROM record.version
    WHERE version_key IN ($keys)
);
