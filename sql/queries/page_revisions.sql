-- Grain: one row a judged edit of the articles asked for, with its revision; one row with no edit for a revision without any.
SELECT r.article_id, r.revision_id, f.seq AS from_seq, t.seq AS to_seq, r.seen_at, r.kind AS revision_kind,
       r.meaningful AS revision_meaningful, r.reason AS revision_reason, e.op, e.kind, e.meaningful, e.silent, e.field, e."before",
       e."after", e.before_paragraph, e.after_paragraph, e.words, e.reason
FROM derived.revision AS r
JOIN record.version AS f ON f.version_id = r.from_version_id
JOIN record.version AS t ON t.version_id = r.to_version_id
LEFT JOIN derived.edit AS e ON e.revision_id = r.revision_id
WHERE r.article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]))
ORDER BY r.article_id, r.seen_at, r.revision_id, e.ordinal;
