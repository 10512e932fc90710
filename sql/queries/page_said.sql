-- Grain: one row a statement of a report of a story, with the topic on which values can be compared: a quantity of one key, or
-- the dates on an aspect if most outlets that give one there give the same. Statements without a topic have no value here.
WITH claim AS (
    SELECT c.*, a.outlet, v.seq FROM derived.claim AS c
    JOIN record.article AS a ON a.article_id = c.article_id
    JOIN record.version AS v ON v.version_id = c.version_id
    WHERE c.story_id = $story_id AND c.verdict <> 'suppressed'
), dates AS (
    SELECT aspect, value, count(DISTINCT outlet) AS outlets FROM claim WHERE kind = 'date' GROUP BY ALL
), speakers AS (
    SELECT aspect, count(DISTINCT outlet) AS outlets FROM claim WHERE kind = 'date' GROUP BY ALL
), shared AS (
    SELECT d.aspect FROM dates AS d JOIN speakers AS s ON s.aspect = d.aspect
    GROUP BY d.aspect, s.outlets HAVING max(d.outlets) > 1 AND 2 * max(d.outlets) > s.outlets AND count(*) <= s.outlets
)
SELECT c.aspect, c.subject, c.outlet, c.article_id, c.url, c.seen_at, c.seq, c.sentence,
       CASE WHEN c.key <> '' THEN c.key WHEN c.kind = 'date' AND s.aspect IS NOT NULL THEN 'date' ELSE '' END AS topic,
       CASE WHEN topic <> '' THEN c.value ELSE '' END AS value
FROM claim AS c LEFT JOIN shared AS s ON s.aspect = c.aspect
ORDER BY c.seen_at, c.url, c.claim_id;
