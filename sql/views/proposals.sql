-- One row a pair of stories that the nightly pass held for one.
CREATE OR REPLACE VIEW proposals AS
WITH holding AS (
    SELECT kind, story_id, other_story_id, made_by, made_at, decision_id FROM record.decision
    WHERE kind IN ('merge', 'apart') AND decision_id NOT IN (SELECT undoes FROM record.decision WHERE undoes IS NOT NULL)
), answered AS (
    SELECT p.proposal_id, h.kind, h.made_by, h.decision_id
    FROM record.proposal AS p
    JOIN holding AS h ON (h.story_id = p.story_id AND h.other_story_id = p.other_story_id)
                      OR (h.story_id = p.other_story_id AND h.other_story_id = p.story_id)
    QUALIFY row_number() OVER (PARTITION BY p.proposal_id ORDER BY h.made_at DESC, h.decision_id DESC) = 1
)
SELECT p.proposal_id, p.proposed_at, a.slug, b.slug AS other_slug, a.title, b.title AS other_title, p.score, p.needed, p.sure,
       p.reason, CASE WHEN w.kind = 'merge' THEN 'accepted' WHEN w.kind = 'apart' THEN 'rejected'
                      WHEN a.story_id IS NULL OR b.story_id IS NULL THEN 'over' ELSE 'open' END AS state,
       w.made_by AS answered_by, w.decision_id, p.story_id, p.other_story_id
FROM record.proposal AS p
LEFT JOIN derived.story AS a ON a.story_id = p.story_id
LEFT JOIN derived.story AS b ON b.story_id = p.other_story_id
LEFT JOIN answered AS w ON w.proposal_id = p.proposal_id;
COMMENT ON VIEW proposals IS 'One row a pair of stories that look like one: to be accepted or rejected by a person, unless it was sure';
COMMENT ON COLUMN proposals.proposal_id IS 'pro_..., for `writethru review`';
COMMENT ON COLUMN proposals.proposed_at IS 'the night when it was found';
COMMENT ON COLUMN proposals.slug IS 'of the story that would go on; NULL when it is there no longer';
COMMENT ON COLUMN proposals.other_slug IS 'of the story that would end in it; NULL when it is there no longer';
COMMENT ON COLUMN proposals.title IS 'of the story that would go on';
COMMENT ON COLUMN proposals.other_title IS 'of the story that would end';
COMMENT ON COLUMN proposals.score IS 'how alike they are, in parts of how alike each is within';
COMMENT ON COLUMN proposals.needed IS 'from where they would be one without being asked for while they grow';
COMMENT ON COLUMN proposals.sure IS 'was it above the high bar, so that it was carried out at once?';
COMMENT ON COLUMN proposals.reason IS 'why they look like one, in words';
COMMENT ON COLUMN proposals.state IS 'open, accepted, rejected, or over: one of the stories has gone';
COMMENT ON COLUMN proposals.answered_by IS 'who accepted or rejected it';
COMMENT ON COLUMN proposals.decision_id IS 'the decision that did, for `writethru undo`';
COMMENT ON COLUMN proposals.story_id IS 'the story that would go on';
COMMENT ON COLUMN proposals.other_story_id IS 'the story that would end in it';
