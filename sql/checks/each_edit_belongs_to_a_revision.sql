-- Each edit belongs to a revision, and each revision joins two versions of one article.
SELECT e.edit_id AS id FROM derived.edit AS e LEFT JOIN derived.revision AS r USING (revision_id) WHERE r.revision_id IS NULL
UNION ALL
SELECT r.revision_id FROM derived.revision AS r
LEFT JOIN record.version AS f ON f.version_id = r.from_version_id AND f.article_id = r.article_id
LEFT JOIN record.version AS t ON t.version_id = r.to_version_id AND t.article_id = r.article_id
WHERE f.version_id IS NULL OR t.version_id IS NULL;
