-- Grain: one row: when a rule of notification began, and when it last sent something.
SELECT min(noted_at) AS began_at, max(noted_at) FILTER (sent) AS last_sent_at FROM record.notice WHERE rule = $rule;
