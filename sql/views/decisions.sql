-- One row a decision of a person.
CREATE OR REPLACE VIEW decisions AS
SELECT d.decision_id, d.made_at, d.kind, d.made_by, d.note, d.slug, d.other_slug, d.title, d.value, d.was, d.aspect, d.sentence,
       d.story_id, d.other_story_id, d.article_id, d.article_ids, d.change_id, d.claim_id, d.undoes,
       u.decision_id AS undone_by, d.kind <> 'undo' AND u.decision_id IS NULL AS holds, d.read_through
FROM record.decision AS d LEFT JOIN record.decision AS u ON u.undoes = d.decision_id;
COMMENT ON VIEW decisions IS 'One row a decision of a person: on stories, on lines of the change log, on claims; rows are never removed';
COMMENT ON COLUMN decisions.decision_id IS 'dec_..., for `writethru undo`';
COMMENT ON COLUMN decisions.made_at IS 'when it was made';
COMMENT ON COLUMN decisions.kind IS 'pin, unpin, merge, split, rename, apart, review, correct or undo';
COMMENT ON COLUMN decisions.made_by IS 'who decided';
COMMENT ON COLUMN decisions.note IS 'why, in the person''s words';
COMMENT ON COLUMN decisions.slug IS 'of the story, when it was decided';
COMMENT ON COLUMN decisions.other_slug IS 'of the other story: the one that ended, started, or is to stay apart';
COMMENT ON COLUMN decisions.title IS 'the title given; of a merge, that of the story that ended';
COMMENT ON COLUMN decisions.value IS 'review: the verdict; correct: the right value';
COMMENT ON COLUMN decisions.was IS 'review, correct: the value that had been read';
COMMENT ON COLUMN decisions.aspect IS 'review, correct: of the change or the claim';
COMMENT ON COLUMN decisions.sentence IS 'review, correct: the evidence';
COMMENT ON COLUMN decisions.story_id IS 'the story that it is about';
COMMENT ON COLUMN decisions.other_story_id IS 'the other story';
COMMENT ON COLUMN decisions.article_id IS 'the article that it is about';
COMMENT ON COLUMN decisions.article_ids IS 'split: the articles that went';
COMMENT ON COLUMN decisions.change_id IS 'review: the line of the change log';
COMMENT ON COLUMN decisions.claim_id IS 'correct: the claim';
COMMENT ON COLUMN decisions.undoes IS 'undo: the decision that holds no longer';
COMMENT ON COLUMN decisions.undone_by IS 'the later row that undoes it';
COMMENT ON COLUMN decisions.holds IS 'is it in force?';
COMMENT ON COLUMN decisions.read_through IS 'the latest look that had been linked then: its place among the articles';
