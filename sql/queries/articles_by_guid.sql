-- Grain: one row an outlet and guid among those asked for: the article that had it last.
SELECT outlet, guid, article_id FROM record.article WHERE guid IN (SELECT unnest($guids::JSON::VARCHAR[]))
QUALIFY row_number() OVER (PARTITION BY outlet, guid ORDER BY first_seen_at DESC, article_id) = 1
ORDER BY outlet, guid;
