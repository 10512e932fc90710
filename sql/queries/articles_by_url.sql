-- Grain: one row a known address among those asked for.
SELECT url, article_id FROM record.alias
WHERE rowid IN (
    SELECT rowid FROM record.alias
    WHERE url_key IN ($keys)
)
ORDER BY url;
