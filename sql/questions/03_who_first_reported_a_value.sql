-- Who first reported each count of the plan's points?
SELECT value, min(seen_at) AS first_seen, arg_min(outlet, seen_at) AS outlet, arg_min(attributed_to, seen_at) AS on_whose_word
FROM claims JOIN articles USING (article_id)
WHERE slug = 'us-28-point-plan' AND aspect = 'plan details' AND claims.value LIKE '%point%'
GROUP BY value ORDER BY first_seen;
