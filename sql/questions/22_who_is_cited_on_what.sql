-- Who is cited most often, on which aspect?
SELECT attributed_to, aspect, count(*) AS statements, count(DISTINCT url) AS articles, min(seen_at) AS first_time
FROM claims WHERE slug = 'us-28-point-plan' AND source_kind = 'person' AND attributed_to <> ''
GROUP BY ALL ORDER BY statements DESC, attributed_to, aspect LIMIT 20;
