-- Grain: one row an outlet and guid among those asked for: the article that had it last, one that has been read if there is any.
SELECT outlet, guid, article_id FROM record.article
WHERE rowid IN (
    SELECT rowid FROM record.article
    WHERE guid_key IN ($keys)
) AND status <> 'alias'
QUALIFY row_number() OVER (PARTITION BY outlet, guid ORDER BY head_version_id IS NULL, first_seen_at DESC, article_id) = 1
ORDER BY outlet, guid;
