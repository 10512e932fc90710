-- Grain: one row: when a rule of notification began, when it last sent something, and since when it has failed to.
WITH notes AS (SELECT subject, noted_at, sent FROM record.notice WHERE rule = $rule)
SELECT min(noted_at) AS began_at, max(noted_at) FILTER (sent) AS last_sent_at,
       min(noted_at) FILTER (subject = $failed AND noted_at > coalesce((SELECT max(noted_at) FROM notes WHERE sent), '1970-01-01'))
           AS failed_since
FROM notes;
