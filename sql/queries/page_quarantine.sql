-- Grain: one row a quarantined look at the articles asked for.
SELECT article_id, seen_at, kind, reason, status FROM record.quarantine
WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])) ORDER BY article_id, seen_at;
