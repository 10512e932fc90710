-- Grain: one row a version of the articles asked for, with its place in the table.
SELECT article_id, text_hash, version_id, headline, rowid AS place FROM record.version
WHERE rowid IN (
    SELECT rowid FROM record.version
    WHERE article_key IN ($keys)
)
ORDER BY article_id, seq;
