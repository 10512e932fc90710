-- One row an aspect and subject of a watched story: what stands now.
CREATE OR REPLACE VIEW standing AS
SELECT t.story_id, s.slug, t.aspect, t.subject, t."now", t.value, t.since, t.outlet, t.attributed_to, t.independent, t.repeats,
       t.contested, t.url, t.article_id, t.change_id
FROM derived.standing AS t
JOIN derived.story AS s ON s.story_id = t.story_id;
COMMENT ON VIEW standing IS 'One row an aspect and subject: what the story says now, since when, how many independent sources, against whom';
COMMENT ON COLUMN standing.story_id IS 'the story';
COMMENT ON COLUMN standing.slug IS 'the story''s short name, as stories.toml gives it or made of its first title';
COMMENT ON COLUMN standing.aspect IS 'the aspect of the watched story, by name';
COMMENT ON COLUMN standing.subject IS 'what is spoken of; empty for the aspect''s main thing';
COMMENT ON COLUMN standing."now" IS 'what stands, as shown';
COMMENT ON COLUMN standing.value IS 'normalised value, for comparing; empty for a plain statement';
COMMENT ON COLUMN standing.since IS 'since when it stands (UTC)';
COMMENT ON COLUMN standing.outlet IS 'who said it first';
COMMENT ON COLUMN standing.attributed_to IS 'on whose word, as the text names them; empty if the outlet names nobody';
COMMENT ON COLUMN standing.independent IS 'independent sources, the first included';
COMMENT ON COLUMN standing.repeats IS 'further reports that repeat it';
COMMENT ON COLUMN standing.contested IS 'JSON list of who says otherwise: outlet, value, said, root, url, article_id, since, lags (true: has only not moved)';
COMMENT ON COLUMN standing.url IS 'the report that said it first';
COMMENT ON COLUMN standing.article_id IS 'the article that said it first';
COMMENT ON COLUMN standing.change_id IS 'the change that brought it';
