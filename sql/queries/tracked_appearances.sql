-- Grain: one row an appearance that tracking has seen, in time order.
SELECT p.* FROM record.appearance AS p SEMI JOIN derived.tracked AS t ON t.appearance_id = p.appearance_id
ORDER BY p.seen_at, p.article_id, p.appearance_id;
