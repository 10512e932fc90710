-- Grain: one row an article among those asked for.
SELECT * FROM record.article WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])) ORDER BY article_id;
