-- Which versions were written, changed or taken away in the last day, by the clock of the store (the change feed)?
SELECT snapshot_id, change_type, article_id, headline, seen_at
FROM ducklake_table_changes('store', 'record', 'version', now() - INTERVAL 1 DAY, now()) ORDER BY snapshot_id, article_id, seen_at;
