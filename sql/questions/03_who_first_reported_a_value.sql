-- Who first reported each count of the plan's points, and on whose word?
SELECT c.value, min(c.seen_at) AS first_seen, arg_min(a.outlet, c.seen_at) AS outlet,
       arg_min(c.attributed_to, c.seen_at) AS on_whose_word, count(DISTINCT a.outlet) AS outlets_since
FROM claims AS c JOIN articles AS a USING (article_id)
WHERE c.slug = 'us-28-point-plan' AND c.aspect = 'plan details' AND c.value LIKE '% point'
GROUP BY c.value ORDER BY first_seen;
