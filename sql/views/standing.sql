-- One row an aspect and subject of a watched story: what stands now.
CREATE OR REPLACE VIEW standing AS
SELECT t.story_id, s.slug, t.aspect, t.subject, t.value, t.sentence, t.since, t.url, t.attributed_to, t.sources, t.contested
FROM derived.standing AS t
JOIN derived.story AS s ON s.story_id = t.story_id;
COMMENT ON VIEW standing IS 'One row an aspect and subject: what the story says now, since when, by how many independent sources, against whom';
