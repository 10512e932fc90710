-- Grain: one row a version of the articles asked for.
SELECT * FROM record.version
WHERE rowid IN (SELECT rowid FROM record.version WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])))
ORDER BY article_id, seq;
