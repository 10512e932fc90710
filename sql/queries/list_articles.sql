-- Grain: one row an article, the latest first.
SELECT a.first_seen_at, a.outlet, a.title, a.status, count(DISTINCT v.version_id) AS versions,
       count(DISTINCT r.revision_id) FILTER (r.meaningful) AS edits, a.last_seen_at, a.url, a.article_id
FROM articles AS a
LEFT JOIN versions AS v USING (article_id)
LEFT JOIN revisions AS r USING (article_id)
WHERE ($story::VARCHAR IS NULL OR a.article_id IN (SELECT l.article_id FROM story_articles AS l JOIN slugs AS s USING (story_id)
                                                    WHERE s.slug = $story))
  AND ($since::TIMESTAMP IS NULL OR a.first_seen_at >= $since OR r.seen_at >= $since)
  AND ($until::TIMESTAMP IS NULL OR a.first_seen_at < $until)
GROUP BY ALL
HAVING NOT $edited::BOOLEAN OR count(DISTINCT r.revision_id) > 0
ORDER BY a.first_seen_at DESC, a.url;
