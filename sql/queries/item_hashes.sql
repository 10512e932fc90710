-- Grain: one row a feed: the hashes of its items as last seen. An item whose earlier bytes return is a changed item.
SELECT feed_id, list(item_hash) AS hashes FROM (
    SELECT feed_id, item_hash FROM record.item
    WHERE rowid IN (
        SELECT rowid FROM record.item
        WHERE feed_key IN (SELECT ('0x' || right(unnest($feed_ids::JSON::VARCHAR[]), 16))::UBIGINT)
    )
    QUALIFY row_number() OVER (PARTITION BY feed_id, key ORDER BY seen_at DESC, item_hash) = 1
)
GROUP BY feed_id;
