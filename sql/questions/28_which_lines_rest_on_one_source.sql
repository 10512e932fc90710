-- Which things that stand rest on a single source, without a name?
SELECT aspect, subject, "now", since, outlet
FROM standing WHERE slug = 'us-28-point-plan' AND independent = 1 AND attributed_to = ''
ORDER BY since, aspect, subject, change_id;
