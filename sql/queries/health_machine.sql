-- Grain: one row: when the first of these feeds was followed, and since when the longest due of them is due.
SELECT count(*) AS feeds, count(*) FILTER (last_outcome NOT IN ('ok', 'not_modified')) AS feeds_failing, min(added_at) AS began_at,
       min(next_due_at) AS first_due_at
FROM record.feed WHERE $followed::JSON IS NULL OR list_contains($followed::JSON::VARCHAR[], url);
