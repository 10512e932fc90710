-- Grain: one row a version of the articles asked for.
SELECT * FROM record.version
WHERE rowid IN (
    SELECT rowid FROM record.version
    WHERE article_key IN (SELECT ('0x' || right(unnest($article_ids::JSON::VARCHAR[]), 16))::UBIGINT)
)
ORDER BY article_id, seq;
