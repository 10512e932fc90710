-- Grain: one row a decision of a person.
SELECT * FROM record.decision ORDER BY made_at, decision_id;
