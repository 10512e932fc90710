-- Grain: one row a story of one of the articles asked for.
SELECT l.article_id, s.* FROM derived.link AS l JOIN derived.story AS s ON s.story_id = l.story_id
WHERE l.article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])) AND (s.origin = 'watched' OR s.article_count >= 2)
ORDER BY l.article_id, s.origin DESC, s.slug;
