-- Which statements did not become lines of the log, and for what reasons?
SELECT verdict, reason, count(*) AS statements, any_value(sentence ORDER BY seen_at, claim_id) AS example
FROM claims WHERE slug = 'us-28-point-plan' AND verdict IN ('suppressed', 'folded', 'repeats')
GROUP BY ALL ORDER BY statements DESC, reason;
