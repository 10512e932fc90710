-- Which outlets' pages, as they stand, still give 28 points as the plan's count?
SELECT a.outlet, a.title, c.seen_at AS said_since, c.sentence, c.url
FROM claims AS c JOIN articles AS a ON a.head_version_id = c.version_id
WHERE c.slug = 'us-28-point-plan' AND c.value = '28 point'
ORDER BY c.seen_at, c.claim_id;
