-- Grain: one row a pair of stories that look like one: those that wait for an answer, or all; the latest first.
SELECT proposal_id, state, slug AS story, other_slug AS would_end, round(score / needed, 2) AS likeness, reason, proposed_at, title,
       other_title, answered_by, decision_id
FROM proposals
WHERE ($everything::BOOLEAN OR state = 'open') AND ($story::VARCHAR IS NULL OR $story IN (slug, other_slug))
  AND ($since::TIMESTAMP IS NULL OR proposed_at >= $since) AND ($until::TIMESTAMP IS NULL OR proposed_at < $until)
ORDER BY proposed_at DESC, score / needed DESC, proposal_id;
