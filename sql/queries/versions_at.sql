-- Grain: one row a version at the places in the table that `text_hashes` named.
SELECT version_id, article_id, url, outlet, seq, seen_at, headline, text, text_hash, byline, published_at, updated_at, summary,
       language, extractor
FROM record.version WHERE rowid IN (SELECT unnest($places::JSON::BIGINT[]));
