-- One row a line of the change log.
CREATE OR REPLACE VIEW changes AS
SELECT c.change_id, c.story_id, s.slug, c.aspect, c.detected_at, c.url, c.article_id, c.version_id, c.kind, c.subject, c."before",
       c."after", c.evidence_before, c.evidence_after, c.attributed_to, c.corroborations, c.reason, r.verdict AS review,
       c.repeats, c.rank, c.confidence, c.value_before, c.value_after, c.before_url, c.claim_id, r.note AS review_note
FROM derived.change AS c
JOIN derived.story AS s ON s.story_id = c.story_id
LEFT JOIN change_reviews AS r ON r.change_id = c.change_id;
COMMENT ON VIEW changes IS 'One row a line of the change log: what a report says on an aspect that differs from what the story had said';
COMMENT ON COLUMN changes.change_id IS 'the line of the log; writethru why explains it';
COMMENT ON COLUMN changes.story_id IS 'the story';
COMMENT ON COLUMN changes.slug IS 'the story''s short name, as stories.toml gives it or made of its first title';
COMMENT ON COLUMN changes.aspect IS 'the aspect of the watched story, by name';
COMMENT ON COLUMN changes.detected_at IS 'when the report that says it was seen (UTC)';
COMMENT ON COLUMN changes.url IS 'the report that says it';
COMMENT ON COLUMN changes.article_id IS 'the article that says it';
COMMENT ON COLUMN changes.version_id IS 'the version that says it';
COMMENT ON COLUMN changes.kind IS 'new, changed, conflict, denied, corrected or withdrawn';
COMMENT ON COLUMN changes.subject IS 'what is spoken of; empty for the aspect''s main thing';
COMMENT ON COLUMN changes."before" IS 'what the story had said before; empty if new';
COMMENT ON COLUMN changes."after" IS 'what is said now';
COMMENT ON COLUMN changes.evidence_before IS 'the sentence that said it before';
COMMENT ON COLUMN changes.evidence_after IS 'the sentence that says it now';
COMMENT ON COLUMN changes.attributed_to IS 'on whose word, as the text names them; empty if the outlet names nobody';
COMMENT ON COLUMN changes.corroborations IS 'further independent sources that say the same';
COMMENT ON COLUMN changes.reason IS 'why it was judged so, in words';
COMMENT ON COLUMN changes.review IS 'a person''s latest verdict: accepted, rejected or watch; NULL if nobody looked';
COMMENT ON COLUMN changes.repeats IS 'further reports that only repeat it, copies included';
COMMENT ON COLUMN changes.rank IS 'how telling the line is: the log is ordered by it within a day and aspect';
COMMENT ON COLUMN changes.confidence IS 'how sure the reading is, 0 to 1';
COMMENT ON COLUMN changes.value_before IS 'normalised value before, for comparing';
COMMENT ON COLUMN changes.value_after IS 'normalised value now, for comparing';
COMMENT ON COLUMN changes.before_url IS 'the report that said it before';
COMMENT ON COLUMN changes.claim_id IS 'the claim that made the line';
COMMENT ON COLUMN changes.review_note IS 'the note that came with the verdict';
