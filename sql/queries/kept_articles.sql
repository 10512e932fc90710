-- Grain: one row an article with a look at it since a moment, of a story if one is named, the oldest first.
SELECT a.article_id FROM record.article AS a
WHERE ($story::VARCHAR IS NULL OR a.article_id IN (SELECT article_id FROM story_articles WHERE slug = $story))
  AND ($since::TIMESTAMP IS NULL OR a.last_seen_at >= $since)
ORDER BY a.first_seen_at, a.article_id;
