-- A row that undoes names an earlier decision that is no undoing itself, and no decision is undone twice.
SELECT u.decision_id, u.undoes, count(*) OVER (PARTITION BY u.undoes) AS times, d.kind
FROM record.decision AS u LEFT JOIN record.decision AS d ON d.decision_id = u.undoes
WHERE u.undoes IS NOT NULL
QUALIFY times > 1 OR d.decision_id IS NULL OR d.kind = 'undo';
