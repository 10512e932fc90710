-- Grain: one row an article of some outlets that is to be read now, the longest due first.
SELECT * FROM record.article
WHERE status <> 'alias' AND ($everything::BOOLEAN OR (next_due_at IS NOT NULL AND next_due_at <= $now::TIMESTAMP))
    AND outlet IN (SELECT unnest($outlets::JSON::VARCHAR[]))
ORDER BY next_due_at NULLS LAST, article_id;
