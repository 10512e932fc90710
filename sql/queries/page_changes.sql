-- Grain: one row a line of a story's change log, with what its page shows beside it.
SELECT c.*, v.outlet, v.headline AS title, v.seq, v.published_at, k.source_kind, k.hedge, k.chain,
       b.article_id AS before_article_id, b.outlet AS before_outlet,
       (SELECT max(p.seen_at) FROM record.appearance AS p WHERE p.article_id = b.article_id AND p.seen_at <= c.detected_at
        AND NOT (p.article_id = c.article_id AND p.seen_at = c.detected_at)) AS before_seen_at,
       w.verdict AS review, w.note AS review_note, w.made_by AS review_by, w.decision_id AS review_id, k.value, k.key,
       EXISTS (SELECT 1 FROM derived.revision AS r JOIN derived.edit AS e USING (revision_id)
               WHERE r.to_version_id = c.version_id AND r.seen_at = c.detected_at AND e.silent) AS silent
FROM derived.change AS c
JOIN record.version AS v ON v.version_id = c.version_id
LEFT JOIN derived.claim AS k ON k.claim_id = c.claim_id
LEFT JOIN record.article AS b ON b.url = c.before_url
LEFT JOIN change_reviews AS w ON w.change_id = c.change_id
WHERE c.story_id = $story_id
ORDER BY c.detected_at, c.aspect, c.change_id;
