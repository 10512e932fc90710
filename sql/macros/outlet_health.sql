-- How collecting from each outlet goes at a time: the last day beside the four weeks before it.
CREATE OR REPLACE MACRO outlet_health(ts, followed := NULL) AS TABLE
WITH feed AS (
    SELECT outlet, count(*) AS feeds, count(*) FILTER (last_outcome NOT IN ('ok', 'not_modified')) AS feeds_failing,
           max(failures) AS failures, max(last_success_at) AS last_success_at, min(next_due_at) AS next_due_at,
           arg_max(last_outcome, failures) AS last_outcome, arg_max(last_reason, failures) AS last_reason
    FROM record.feed WHERE followed IS NULL OR list_contains(followed::VARCHAR[], url) GROUP BY outlet
), day AS (
    SELECT unnest(range(1, 29)) AS n
), appeared AS (
    SELECT a.outlet, date_diff('hour', a.first_seen_at, ts::TIMESTAMP) // 24 AS n, count(*) AS found
    FROM record.article AS a WHERE a.first_seen_at > ts::TIMESTAMP - INTERVAL 29 DAY AND a.first_seen_at <= ts::TIMESTAMP GROUP BY ALL
), edited AS (
    SELECT a.outlet, date_diff('hour', e.seen_at, ts::TIMESTAMP) // 24 AS n, count(*) AS found
    FROM derived.edit AS e JOIN record.article AS a USING (article_id)
    WHERE e.seen_at > ts::TIMESTAMP - INTERVAL 29 DAY AND e.seen_at <= ts::TIMESTAMP GROUP BY ALL
), followed AS (
    SELECT outlet, max(least(28, greatest(1, date_diff('hour', first_seen_at, ts::TIMESTAMP) // 24))) AS days
    FROM record.article GROUP BY outlet
), usual AS (
    SELECT f.outlet, median(coalesce(p.found, 0)) AS articles, median(coalesce(e.found, 0)) AS edits
    FROM followed AS f JOIN day AS d ON d.n <= f.days
    LEFT JOIN appeared AS p ON p.outlet = f.outlet AND p.n = d.n LEFT JOIN edited AS e ON e.outlet = f.outlet AND e.n = d.n
    GROUP BY f.outlet
), text AS (
    SELECT outlet, count(*) FILTER (seen_at > ts::TIMESTAMP - INTERVAL 3 DAY) AS texts,
           count(*) FILTER (seen_at > ts::TIMESTAMP - INTERVAL 3 DAY AND length(text) < 400) AS thin,
           count(*) FILTER (seen_at <= ts::TIMESTAMP - INTERVAL 3 DAY) AS texts_before,
           count(*) FILTER (seen_at <= ts::TIMESTAMP - INTERVAL 3 DAY AND length(text) < 400) AS thin_before
    FROM record.version WHERE seq = 1 AND seen_at > ts::TIMESTAMP - INTERVAL 31 DAY AND seen_at <= ts::TIMESTAMP GROUP BY outlet
), walled AS (
    SELECT a.outlet, count(*) AS quarantined, count(DISTINCT article_id) AS articles, mode(q.kind) AS kind
    FROM record.quarantine AS q JOIN record.article AS a USING (article_id)
    WHERE q.seen_at > ts::TIMESTAMP - INTERVAL 1 DAY AND q.seen_at <= ts::TIMESTAMP GROUP BY a.outlet
), looked AS (
    SELECT a.outlet, count(*) AS looks FROM record.fetch AS f JOIN record.alias AS l ON l.url = f.url JOIN record.article AS a USING (article_id)
    WHERE f.kind = 'page' AND f.fetched_at > ts::TIMESTAMP - INTERVAL 1 DAY AND f.fetched_at <= ts::TIMESTAMP GROUP BY a.outlet
)
SELECT feed.outlet, feeds, feeds_failing, failures, last_success_at, next_due_at, last_outcome, last_reason,
       coalesce(p.found, 0) AS articles_today, coalesce(usual.articles, 0) AS articles_usual,
       coalesce(e.found, 0) AS edits_today, coalesce(usual.edits, 0) AS edits_usual,
       coalesce(looks, 0) AS looks_today, coalesce(quarantined, 0) AS quarantined_today, walled.kind AS quarantine_kind,
       coalesce(texts, 0) AS texts, coalesce(thin, 0) AS thin, coalesce(texts_before, 0) AS texts_before,
       coalesce(thin_before, 0) AS thin_before
FROM feed LEFT JOIN appeared AS p ON p.outlet = feed.outlet AND p.n = 0 LEFT JOIN edited AS e ON e.outlet = feed.outlet AND e.n = 0
LEFT JOIN usual ON usual.outlet = feed.outlet LEFT JOIN text ON text.outlet = feed.outlet
LEFT JOIN walled ON walled.outlet = feed.outlet LEFT JOIN looked ON looked.outlet = feed.outlet
ORDER BY feed.outlet;
COMMENT ON MACRO TABLE outlet_health IS 'How collecting from each outlet goes at ts, of all feeds or those in the list followed (by address): feeds and their failures, articles and edits of the last 24 hours beside the median of the 28 days before, quarantined looks, first texts under 400 characters of the last three days beside those of the month before';
