-- Grain: one row a report of a story.
SELECT a.article_id, a.outlet, v.headline AS title, a.url, a.first_seen_at, coalesce(v.published_at, a.published_at) AS published_at,
       (SELECT count(*) FROM record.version AS n WHERE n.article_id = a.article_id) AS versions,
       coalesce(c.source_article_id, '') AS copy_of, l.reason, l.score, l.review
FROM derived.link AS l
JOIN record.article AS a ON a.article_id = l.article_id
JOIN record.version AS v ON v.version_id = a.head_version_id
LEFT JOIN derived.copy AS c ON c.article_id = a.article_id
WHERE l.story_id = $story_id
ORDER BY a.first_seen_at, a.url;
