-- Each claim has one row.
SELECT claim_id, count(*) AS times FROM derived.claim GROUP BY claim_id HAVING count(*) > 1;
