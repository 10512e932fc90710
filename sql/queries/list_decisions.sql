-- Grain: one row a decision of a person, the latest first.
SELECT made_at, kind, slug AS story, coalesce(other_slug, list_aggregate(article_ids, 'string_agg', ' '), change_id, claim_id, article_id,
       undoes) AS about, coalesce(value, title) AS value, made_by, note, holds, decision_id
FROM decisions
WHERE ($story::VARCHAR IS NULL OR $story IN (slug, other_slug))
  AND ($since::TIMESTAMP IS NULL OR made_at >= $since) AND ($until::TIMESTAMP IS NULL OR made_at < $until)
ORDER BY made_at DESC, decision_id;
