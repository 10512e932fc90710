-- The change log of a story in time order, with who said it first. The slug of a story that ended leads to the one that goes on.
CREATE OR REPLACE MACRO timeline(story_slug) AS TABLE
SELECT c.detected_at, c.aspect, c.kind, c.subject, c."before", c."after", a.outlet, c.attributed_to, c.corroborations, c.url, c.change_id
FROM derived.change AS c
JOIN slugs AS s ON s.story_id = c.story_id
JOIN record.article AS a ON a.article_id = c.article_id
WHERE s.slug = story_slug
ORDER BY c.detected_at, c.aspect, c.rank DESC, c.change_id;
COMMENT ON MACRO TABLE timeline IS 'The change log of a story in time order, with who said it first';
