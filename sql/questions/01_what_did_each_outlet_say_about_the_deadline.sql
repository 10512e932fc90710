-- What did each outlet say about the deadline on 24 November?
SELECT outlet, seen_at, value, attributed_to, sentence
FROM said('us-28-point-plan', 'deadline', TIMESTAMP '2025-11-24 23:59:59')
ORDER BY outlet, seen_at;
