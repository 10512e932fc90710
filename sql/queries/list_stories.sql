-- Grain: one row a story of at least two articles, or watched; the latest first.
SELECT slug, title, origin, article_count AS articles, first_seen_at, last_seen_at, split_from, merged_into, story_id FROM stories
WHERE (origin = 'watched' OR article_count > 1 OR slug = $story) AND ($story::VARCHAR IS NULL OR slug = $story)
  AND ($since::TIMESTAMP IS NULL OR last_seen_at >= $since) AND ($until::TIMESTAMP IS NULL OR first_seen_at < $until)
ORDER BY origin = 'watched' DESC, last_seen_at DESC, slug;
