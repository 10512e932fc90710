-- One row an aspect and subject of a watched story: what stands now.
CREATE OR REPLACE VIEW standing AS
SELECT t.story_id, s.slug, t.aspect, t.subject, t."now", t.value, t.since, t.outlet, t.attributed_to, t.independent, t.repeats,
       t.contested, t.url, t.article_id, t.change_id
FROM derived.standing AS t
JOIN derived.story AS s ON s.story_id = t.story_id;
COMMENT ON VIEW standing IS 'One row an aspect and subject: what the story says now, since when, how many independent sources, against whom';
