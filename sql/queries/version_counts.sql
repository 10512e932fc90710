-- Grain: one row an article among those asked for that has versions.
SELECT article_id, count(*) AS versions FROM record.version
WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])) GROUP BY article_id ORDER BY article_id;
