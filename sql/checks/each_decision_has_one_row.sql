-- Each decision of a person has one row.
SELECT decision_id, count(*) AS times FROM record.decision GROUP BY decision_id HAVING count(*) > 1;
