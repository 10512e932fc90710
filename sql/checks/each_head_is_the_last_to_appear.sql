-- The head of each article is the version that appeared last.
SELECT a.article_id FROM record.article AS a
LEFT JOIN (
    SELECT article_id, arg_max(version_id, seen_at) AS version_id FROM record.appearance GROUP BY article_id
) AS p USING (article_id)
WHERE a.head_version_id IS DISTINCT FROM p.version_id;
