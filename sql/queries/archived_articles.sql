-- Grain: one row an article of which a response is archived, the oldest first. What proved to be an address of another is none.
SELECT article_id FROM record.article
WHERE status <> 'alias' AND article_id IN (
    SELECT article_id FROM record.version WHERE archive IS NOT NULL
    UNION SELECT article_id FROM record.quarantine WHERE archive IS NOT NULL
)
ORDER BY first_seen_at, article_id;
