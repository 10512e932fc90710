-- Grain: one row a version of the articles asked for.
SELECT version_id, article_id, url, outlet, seq, seen_at, headline, text, text_hash, byline, published_at, updated_at, summary,
       language, extractor
FROM record.version WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])) ORDER BY article_id, seq;
