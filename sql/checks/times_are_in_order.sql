-- Nothing was seen before it was first seen, and versions are numbered without gaps.
SELECT article_id FROM record.article WHERE last_seen_at < first_seen_at
UNION ALL
SELECT article_id FROM record.version GROUP BY article_id HAVING max(seq) <> count(*) OR min(seq) <> 1;
