-- How collecting from each outlet goes at a time: the last day beside the four weeks before it.
-- What is usual is taken from the days before an outlet fell silent, so that a long silence does not become what is usual. Texts
-- are read of the last three days; of earlier ones only where most of these have next to none, week by week, and the best week
-- counts: so a redesign stays one for a quarter of a year. An outlet's first day is no usual one: its feeds come full. Joins go
-- over the numbers beside the ids, and in this order: a quarter of the cost.
CREATE OR REPLACE MACRO outlet_health(ts, followed := NULL) AS TABLE
WITH feed AS (
    SELECT outlet, count(*) AS feeds, count(*) FILTER (last_outcome NOT IN ('ok', 'not_modified')) AS feeds_failing,
           max(failures) AS failures, max(last_success_at) AS last_success_at, min(next_due_at) AS next_due_at,
           arg_max(last_outcome, failures) AS last_outcome, arg_max(last_reason, failures) AS last_reason
    FROM record.feed WHERE followed IS NULL OR list_contains(followed::VARCHAR[], url) GROUP BY outlet
), day AS (
    SELECT unnest(range(1, 57)) AS n
), appeared AS (
    SELECT a.outlet, date_diff('hour', a.first_seen_at, ts::TIMESTAMP) // 24 AS n, count(*) AS found
    FROM record.article AS a WHERE a.first_seen_at > ts::TIMESTAMP - INTERVAL 57 DAY AND a.first_seen_at <= ts::TIMESTAMP GROUP BY ALL
), edited AS (
    SELECT a.outlet, date_diff('hour', e.seen_at, ts::TIMESTAMP) // 24 AS n, count(*) AS found
    FROM (SELECT seen_at, ('0x' || right(article_id, 16))::UBIGINT AS article_key FROM derived.edit
          WHERE seen_at > ts::TIMESTAMP - INTERVAL 57 DAY AND seen_at <= ts::TIMESTAMP) AS e
    JOIN record.article AS a USING (article_key) GROUP BY ALL
), followed AS (
    SELECT b.outlet, greatest(1, date_diff('hour', b.began, ts::TIMESTAMP) // 24) AS days, s.last
    FROM (SELECT outlet, min(first_seen_at) AS began FROM record.article GROUP BY outlet) AS b
    LEFT JOIN (SELECT outlet, min(n) AS last FROM appeared GROUP BY outlet) AS s ON s.outlet = b.outlet
), usual AS (
    SELECT f.outlet, median(coalesce(p.found, 0)) AS articles, median(coalesce(e.found, 0)) AS edits,
           count(*) FILTER (p.found IS NULL) AS quiet
    FROM followed AS f JOIN day AS d ON d.n < f.days AND d.n >= coalesce(f.last, 1) AND d.n < greatest(1, coalesce(f.last, 1)) + 28
    LEFT JOIN appeared AS p ON p.outlet = f.outlet AND p.n = d.n LEFT JOIN edited AS e ON e.outlet = f.outlet AND e.n = d.n
    GROUP BY f.outlet
), text AS MATERIALIZED (
    SELECT outlet, count(*) AS texts, count(*) FILTER (length(text) < 400) AS thin
    FROM record.version WHERE seq = 1 AND seen_at > ts::TIMESTAMP - INTERVAL 3 DAY AND seen_at <= ts::TIMESTAMP GROUP BY outlet
), week AS (
    SELECT v.outlet, date_diff('hour', v.seen_at, ts::TIMESTAMP - INTERVAL 3 DAY) // 168 AS n, count(*) AS texts,
           count(*) FILTER (length(v.text) < 400) AS thin
    FROM record.version AS v SEMI JOIN (SELECT outlet FROM text WHERE 2 * thin >= texts) AS t ON t.outlet = v.outlet
    WHERE v.seq = 1 AND v.seen_at > ts::TIMESTAMP - INTERVAL 94 DAY AND v.seen_at <= ts::TIMESTAMP - INTERVAL 3 DAY GROUP BY ALL
), earlier AS (
    SELECT outlet, arg_min(texts, thin / texts) AS texts, arg_min(thin, thin / texts) AS thin FROM week WHERE texts >= 5 GROUP BY outlet
), walls AS (
    SELECT a.outlet, date_diff('hour', q.seen_at, ts::TIMESTAMP) // 24 AS n, count(*) AS found, mode(q.kind) AS kind
    FROM (SELECT seen_at, kind, ('0x' || right(article_id, 16))::UBIGINT AS article_key FROM record.quarantine
          WHERE seen_at > ts::TIMESTAMP - INTERVAL 29 DAY AND seen_at <= ts::TIMESTAMP) AS q
    JOIN record.article AS a USING (article_key) GROUP BY ALL
), walled AS (
    SELECT f.outlet, median(coalesce(w.found, 0)) AS found
    FROM followed AS f JOIN day AS d ON d.n <= f.days AND d.n <= 28 LEFT JOIN walls AS w ON w.outlet = f.outlet AND w.n = d.n
    GROUP BY f.outlet
), asked AS (
    SELECT ('0x' || left(sha256(url), 16))::UBIGINT AS url_key FROM record.fetch
    WHERE kind = 'page' AND fetched_at > ts::TIMESTAMP - INTERVAL 1 DAY AND fetched_at <= ts::TIMESTAMP
), met AS MATERIALIZED (
    SELECT l.article_id FROM asked JOIN record.alias AS l USING (url_key)
), looked AS (
    SELECT a.outlet, count(*) AS looks
    FROM (SELECT ('0x' || right(article_id, 16))::UBIGINT AS article_key FROM met) AS m JOIN record.article AS a USING (article_key)
    GROUP BY a.outlet
)
SELECT feed.outlet, feeds, feeds_failing, failures, last_success_at, next_due_at, last_outcome, last_reason,
       coalesce(p.found, 0) AS articles_today, coalesce(usual.articles, 0) AS articles_usual,
       coalesce(e.found, 0) AS edits_today, coalesce(usual.edits, 0) AS edits_usual,
       coalesce(looks, 0) AS looks_today, coalesce(w.found, 0) AS quarantined_today, w.kind AS quarantine_kind,
       coalesce(text.texts, 0) AS texts, coalesce(text.thin, 0) AS thin, coalesce(earlier.texts, 0) AS texts_before,
       coalesce(earlier.thin, 0) AS thin_before, coalesce(walled.found, 0) AS quarantined_usual,
       coalesce(usual.quiet, 0) AS quiet_days
FROM feed LEFT JOIN appeared AS p ON p.outlet = feed.outlet AND p.n = 0 LEFT JOIN edited AS e ON e.outlet = feed.outlet AND e.n = 0
LEFT JOIN usual ON usual.outlet = feed.outlet LEFT JOIN text ON text.outlet = feed.outlet
LEFT JOIN earlier ON earlier.outlet = feed.outlet LEFT JOIN walls AS w ON w.outlet = feed.outlet AND w.n = 0
LEFT JOIN walled ON walled.outlet = feed.outlet LEFT JOIN looked ON looked.outlet = feed.outlet
ORDER BY feed.outlet;
COMMENT ON MACRO TABLE outlet_health IS 'How collecting from each outlet goes at ts, of all feeds or those in the list followed (by address): feeds and their failures, articles and edits of the last 24 hours beside the median of the 28 days before (or before it fell silent), quarantined looks beside theirs, first texts under 400 characters of the last three days and, where they are half or more, those of the best week of the quarter before';
