-- Grain: one row an article that has been read and bears one of these names as the last part of its address, the oldest first.
-- A name that many articles of an outlet bear is none.
SELECT outlet, name, article_id FROM (
    SELECT outlet, regexp_extract(split_part(url, '?', 1), '([^/]+)/*$', 1) AS name, article_id, first_seen_at
    FROM record.article
    WHERE rowid IN (
        SELECT rowid FROM record.article
        WHERE name_key IN ($keys)
    ) AND head_version_id IS NOT NULL AND status <> 'alias'
)
WHERE name IN (SELECT unnest($names::JSON::VARCHAR[]))
QUALIFY count(*) OVER (PARTITION BY outlet, name) <= 5
ORDER BY outlet, name, first_seen_at, article_id;
