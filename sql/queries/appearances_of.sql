-- Grain: one row an appearance of the articles asked for.
SELECT * FROM record.appearance WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]))
ORDER BY article_id, seen_at, appearance_id;
