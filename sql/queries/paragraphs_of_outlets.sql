-- Grain: one row a paragraph of an article of the outlets asked for.
SELECT outlet, fingerprint, article_id FROM record.paragraph
WHERE rowid IN (
    SELECT rowid FROM record.paragraph
    WHERE outlet_key IN ($keys)
)
ORDER BY outlet, fingerprint, article_id;
