-- Grain: one row a feed: its state, its new items by day (0 = the last 24 hours), and how long it is silent beside its longest pause.
-- An item counts once in the 30 days, when its key first came in them, so that items which are rewritten all the time make no life.
WITH feed AS (
    SELECT *, ('0x' || right(feed_id, 16))::UBIGINT AS feed_key FROM record.feed
    WHERE $followed::JSON IS NULL OR list_contains($followed::JSON::VARCHAR[], url)
), arrived AS (
    SELECT feed_key, min(seen_at) AS came FROM record.item
    WHERE seen_at > $now::TIMESTAMP - INTERVAL 30 DAY AND seen_at <= $now::TIMESTAMP GROUP BY feed_key, key
), moment AS (
    SELECT feed_key, came, count(*) AS items,
           date_diff('second', lag(came) OVER (PARTITION BY feed_key ORDER BY came), came) AS pause
    FROM arrived GROUP BY feed_key, came
), lately AS (
    SELECT feed_key, max(came) AS last_item_at, count(*) AS moments, max(pause) AS longest_pause FROM moment GROUP BY feed_key
), daily AS (
    SELECT feed_key, map_from_entries(list((n, items))) AS days
    FROM (SELECT feed_key, date_diff('hour', came, $now::TIMESTAMP) // 24 AS n, sum(items)::INTEGER AS items FROM moment GROUP BY ALL)
    GROUP BY feed_key
), ever AS (
    SELECT i.feed_key, max(i.seen_at) AS last_item_at, count(*) AS items
    FROM record.item AS i JOIN (SELECT feed_key FROM feed ANTI JOIN lately USING (feed_key)) AS f USING (feed_key)
    WHERE i.seen_at <= $now::TIMESTAMP GROUP BY i.feed_key
)
SELECT f.url, f.outlet, f.title, f.added_at, f.last_fetched_at, f.last_success_at, f.last_outcome, f.last_reason, f.failures,
       f.next_due_at, f.due_reason, coalesce(l.last_item_at, e.last_item_at) AS last_item_at, coalesce(l.moments, 0) AS moments,
       coalesce(l.longest_pause, 0) AS longest_pause, coalesce(e.items, 0) AS items_before, d.days
FROM feed AS f LEFT JOIN lately AS l USING (feed_key) LEFT JOIN ever AS e USING (feed_key) LEFT JOIN daily AS d USING (feed_key)
ORDER BY f.outlet, f.url;
