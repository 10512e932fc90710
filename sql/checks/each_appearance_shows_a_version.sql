-- Each appearance shows a version of its own article.
SELECT p.appearance_id FROM record.appearance AS p
LEFT JOIN record.version AS v ON v.version_id = p.version_id AND v.article_id = p.article_id WHERE v.version_id IS NULL;
