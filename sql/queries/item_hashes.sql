-- Grain: one row a feed: the hashes of its items as last seen. An item whose earlier bytes return is a changed item.
SELECT feed_id, list(item_hash) AS hashes FROM (
    SELECT feed_id, max_by(item_hash, seen_at) AS item_hash FROM record.item
    WHERE rowid IN (SELECT rowid FROM record.item WHERE feed_key IN ($keys))
    GROUP BY feed_id, key
)
GROUP BY feed_id;
