-- Grain: one row a version of the articles asked for.
SELECT article_id, text_hash, version_id, headline FROM record.version
WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])) ORDER BY article_id, seq;
