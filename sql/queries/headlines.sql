-- Grain: one row a moment at which a version came to stand, of the articles asked for, in time order.
SELECT p.article_id, v.headline FROM record.appearance AS p JOIN record.version AS v ON v.version_id = p.version_id
WHERE p.article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])) ORDER BY p.article_id, p.seen_at;
