-- Grain: one row a line of the change log, in time order.
SELECT c.detected_at, c.slug AS story, c.aspect, c.kind, c.subject, c."before", c."after", a.outlet, c.attributed_to, c.corroborations,
       c.repeats, c.review, c.change_id, c.url
FROM changes AS c JOIN articles AS a ON a.article_id = c.article_id
WHERE ($story::VARCHAR IS NULL OR c.story_id IN (SELECT story_id FROM slugs WHERE slug = $story)) AND ($aspect::VARCHAR IS NULL OR c.aspect = $aspect)
  AND ($since::TIMESTAMP IS NULL OR c.detected_at >= $since) AND ($until::TIMESTAMP IS NULL OR c.detected_at < $until)
ORDER BY c.detected_at, c.slug, c.aspect, c.rank DESC, c.change_id;
