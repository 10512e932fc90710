-- Grain: one row a version of the articles asked for.
SELECT * FROM record.version
WHERE rowid IN (
    SELECT rowid FROM record.version
    WHERE article_key IN ($keys)
)
ORDER BY article_id, seq;
