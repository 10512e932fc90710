-- Grain: one row a version of the articles asked for.
SELECT article_id, text_hash, version_id, headline FROM record.version
WHERE rowid IN (
    SELECT rowid FROM record.version
    WHERE article_key IN (SELECT ('0x' || right(unnest($article_ids::JSON::VARCHAR[]), 16))::UBIGINT)
)
ORDER BY article_id, seq;
