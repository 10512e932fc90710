-- How soon after first sight do edits that bear meaning come, and how many are silent?
SELECT CASE WHEN hours < 1 THEN '1: within an hour' WHEN hours < 6 THEN '2: within six hours'
            WHEN hours < 24 THEN '3: within a day' ELSE '4: later' END AS "when",
       count(*) AS edits, count(*) FILTER (silent) AS silent
FROM (SELECT e.silent, date_diff('minute', a.first_seen_at, e.seen_at) / 60.0 AS hours
      FROM edits AS e JOIN articles AS a USING (article_id) WHERE e.meaningful)
GROUP BY 1 ORDER BY 1;
