-- Grain: one row an appearance of the articles asked for. By rowid, so that the other columns are read of these rows alone.
SELECT * FROM record.appearance
WHERE rowid IN (
    SELECT rowid FROM record.appearance
    WHERE article_key IN ($keys)
)
ORDER BY article_id, seen_at, appearance_id;
