-- Grain: one row an address of the articles asked for.
SELECT article_id, url FROM record.alias WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]))
ORDER BY article_id, since, url;
