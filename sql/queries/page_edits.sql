-- Grain: one row an edit with meaning; of one story, one article, or all.
SELECT e.edit_id, e.op, e.kind, e.meaningful, e.silent, e.field, e."before", e."after", e.before_paragraph, e.after_paragraph,
       e.words, e.reason, e.article_id, e.url, e.seen_at, v.outlet, v.headline AS title, f.seq AS from_seq, v.seq AS to_seq
FROM derived.edit AS e
JOIN derived.revision AS r ON r.revision_id = e.revision_id
JOIN record.version AS f ON f.version_id = r.from_version_id
JOIN record.version AS v ON v.version_id = r.to_version_id
WHERE e.meaningful
  AND ($story_id::VARCHAR IS NULL OR e.article_id IN (SELECT article_id FROM derived.link WHERE story_id = $story_id))
  AND ($outlet::VARCHAR IS NULL OR v.outlet = $outlet)
ORDER BY e.seen_at DESC, e.url, e.ordinal
LIMIT $most::INTEGER;
