-- Grain: one row an outlet: its new articles, edits and quarantined looks of the last 30 days by day (0 = the last 24 hours).
WITH found AS (
    SELECT outlet, 'articles' AS what, first_seen_at AS came FROM record.article
    WHERE first_seen_at > $now::TIMESTAMP - INTERVAL 30 DAY AND first_seen_at <= $now::TIMESTAMP
    UNION ALL
    SELECT a.outlet, 'edits', e.seen_at
    FROM (SELECT seen_at, ('0x' || right(article_id, 16))::UBIGINT AS article_key FROM derived.edit
          WHERE seen_at > $now::TIMESTAMP - INTERVAL 30 DAY AND seen_at <= $now::TIMESTAMP) AS e
    JOIN record.article AS a USING (article_key)
    UNION ALL
    SELECT a.outlet, 'walls', q.seen_at
    FROM (SELECT seen_at, ('0x' || right(article_id, 16))::UBIGINT AS article_key FROM record.quarantine
          WHERE seen_at > $now::TIMESTAMP - INTERVAL 30 DAY AND seen_at <= $now::TIMESTAMP) AS q
    JOIN record.article AS a USING (article_key)
), daily AS (
    SELECT outlet, what, date_diff('hour', came, $now::TIMESTAMP) // 24 AS n, count(*) AS items FROM found GROUP BY ALL
)
SELECT outlet, map_from_entries(list((n, items)) FILTER (what = 'articles')) AS articles,
       map_from_entries(list((n, items)) FILTER (what = 'edits')) AS edits,
       map_from_entries(list((n, items)) FILTER (what = 'walls')) AS walls
FROM daily GROUP BY outlet;
