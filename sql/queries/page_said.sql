-- Grain: one row a value that a report of a story says on a subject.
SELECT c.aspect, c.subject, a.outlet, c.article_id, c.url, c.seen_at, c.value, v.seq
FROM derived.claim AS c
JOIN record.article AS a ON a.article_id = c.article_id
JOIN record.version AS v ON v.version_id = c.version_id
WHERE c.story_id = $story_id AND c.value <> '' AND c.kind IN ('quantity', 'date', 'status') AND c.verdict <> 'suppressed'
ORDER BY c.seen_at, c.url, c.claim_id;
