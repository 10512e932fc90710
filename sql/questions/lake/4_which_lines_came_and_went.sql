-- Which lines of the change logs came, went or were worded otherwise in the last day, by the clock of the store?
SELECT snapshot_id, change_type, change_id, kind, subject, before, after
FROM ducklake_table_changes('store', 'derived', 'change', now() - INTERVAL 1 DAY, now()) ORDER BY snapshot_id, change_id, change_type;
