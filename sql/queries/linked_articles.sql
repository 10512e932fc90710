-- Grain: one row an article among those asked for that tracking has seen before.
SELECT DISTINCT p.article_id FROM record.appearance AS p JOIN derived.tracked AS t USING (appearance_id)
WHERE p.article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])) ORDER BY p.article_id;
