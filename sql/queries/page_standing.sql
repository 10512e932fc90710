-- Grain: one row an aspect and subject of a story: what stands now, with the claim and the version that brought it.
SELECT t.*, k.source_kind, v.seq FROM derived.standing AS t
LEFT JOIN derived.change AS c ON c.change_id = t.change_id
LEFT JOIN derived.claim AS k ON k.claim_id = c.claim_id
LEFT JOIN record.version AS v ON v.version_id = c.version_id
WHERE t.story_id = $story_id
ORDER BY t.aspect, c.rank + log2(t.independent) / 2 DESC NULLS LAST, t.since DESC, t.subject, t.value;
