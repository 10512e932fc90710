-- Each version has stood at least once, first when it was first seen.
SELECT v.version_id FROM record.version AS v
LEFT JOIN (SELECT version_id, min(seen_at) AS first_at FROM record.appearance GROUP BY version_id) AS p USING (version_id)
WHERE p.first_at IS NULL OR p.first_at > v.seen_at;
