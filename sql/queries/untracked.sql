-- Grain: one row an appearance that no tracking has seen.
SELECT p.* FROM record.appearance AS p ANTI JOIN derived.tracked AS t ON t.appearance_id = p.appearance_id
ORDER BY p.seen_at, p.article_id, p.appearance_id;
