-- Grain: one row a finding that a rule has dealt with: how it stands there (begun, calm, still, over), since when, when it began.
WITH noted AS (
    SELECT split_part(subject, ' ', 1) AS stands, substr(subject, strpos(subject, ' ') + 1) AS finding, noted_at, rowid AS n
    FROM record.notice WHERE rule = $rule AND regexp_matches(subject, '^(begun|calm|still|over) ')
)
SELECT finding, arg_max(stands, (noted_at, n)) AS stands, max(noted_at) AS since, max(noted_at) FILTER (stands = 'begun') AS begun_at
FROM noted GROUP BY finding ORDER BY finding;
