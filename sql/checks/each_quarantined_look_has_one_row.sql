-- Each quarantined look has one row.
SELECT quarantine_id, count(*) AS times FROM record.quarantine GROUP BY quarantine_id HAVING count(*) > 1;
