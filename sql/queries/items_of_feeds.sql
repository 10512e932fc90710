-- Grain: one row an item of the feeds asked for, as last seen. An item whose earlier bytes return is a changed item.
SELECT * FROM record.item
WHERE rowid IN (
    SELECT rowid FROM record.item
    WHERE feed_key IN ($keys)
)
QUALIFY row_number() OVER (PARTITION BY feed_id, key ORDER BY seen_at DESC, item_hash) = 1
ORDER BY feed_id, seen_at, key;
