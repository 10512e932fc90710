-- Grain: one row an article among those asked for. By rowid, so that the other columns are read of these rows alone.
SELECT * FROM record.article
WHERE rowid IN (
    SELECT rowid FROM record.article
    WHERE article_key IN ($keys)
)
ORDER BY article_id;
