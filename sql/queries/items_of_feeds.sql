-- Grain: one row an item hash of the feeds asked for, as last seen.
SELECT * FROM record.item WHERE feed_id IN (SELECT unnest($feed_ids::JSON::VARCHAR[]))
QUALIFY row_number() OVER (PARTITION BY feed_id, item_hash ORDER BY seen_at DESC) = 1
ORDER BY feed_id, seen_at, key, item_hash;
