-- Grain: one row a later claim on the aspect that was judged a repetition.
SELECT sentence, url, reason, seen_at FROM derived.claim
WHERE story_id = $story_id AND aspect = $aspect AND seen_at >= $since::TIMESTAMP AND verdict = 'repeats'
ORDER BY seen_at, claim_id LIMIT 1;
