-- One row a line of the change log on which a person gave a verdict: the latest that holds. A line whose id is another since it is
-- worded otherwise is known again by its evidence.
CREATE OR REPLACE VIEW change_reviews AS
WITH holding AS (
    SELECT * FROM record.decision
    WHERE kind = 'review' AND decision_id NOT IN (SELECT undoes FROM record.decision WHERE undoes IS NOT NULL)
), placed AS (
    SELECT c.change_id, h.value, h.note, h.made_by, h.made_at, h.decision_id
    FROM holding AS h JOIN derived.change AS c ON c.change_id = h.change_id
    UNION ALL
    SELECT c.change_id, h.value, h.note, h.made_by, h.made_at, h.decision_id
    FROM holding AS h
    ANTI JOIN derived.change AS known ON known.change_id = h.change_id
    JOIN derived.change AS c ON c.story_id = h.story_id AND c.aspect = h.aspect AND c.article_id = h.article_id
        AND c.evidence_after = h.sentence AND c.value_after = h.was AND c.evidence_after <> ''
)
SELECT change_id, value AS verdict, note, made_by, made_at, decision_id FROM placed
QUALIFY row_number() OVER (PARTITION BY change_id ORDER BY made_at DESC, decision_id DESC) = 1;
COMMENT ON VIEW change_reviews IS 'One row a line of the change log that a person has judged, with the latest verdict that holds';
COMMENT ON COLUMN change_reviews.change_id IS 'the line, in the view changes';
COMMENT ON COLUMN change_reviews.verdict IS 'accepted, rejected or watch';
COMMENT ON COLUMN change_reviews.note IS 'what the person wrote';
COMMENT ON COLUMN change_reviews.made_by IS 'who judged';
COMMENT ON COLUMN change_reviews.made_at IS 'when';
COMMENT ON COLUMN change_reviews.decision_id IS 'the decision, for `writethru undo`';
