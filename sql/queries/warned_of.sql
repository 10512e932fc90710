-- Grain: one row an outlet that a rule has warned of since a time.
SELECT DISTINCT subject FROM record.notice WHERE rule = $rule AND sent AND noted_at > $since::TIMESTAMP;
