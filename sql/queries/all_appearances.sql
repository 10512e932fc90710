-- Grain: one row an appearance, in time order.
SELECT * FROM record.appearance ORDER BY seen_at, article_id, appearance_id;
