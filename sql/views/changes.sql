-- One row a line of the change log.
CREATE OR REPLACE VIEW changes AS
SELECT c.change_id, c.story_id, s.slug, c.aspect, c.detected_at, c.url, c.article_id, c.version_id, c.kind, c.subject, c."before",
       c."after", c.evidence_before, c.evidence_after, c.attributed_to, c.corroborations, c.reason, r.verdict AS review,
       c.repeats, c.rank, c.confidence, c.value_before, c.value_after, c.before_url, c.claim_id, r.note AS review_note
FROM derived.change AS c
JOIN derived.story AS s ON s.story_id = c.story_id
LEFT JOIN (
    SELECT change_id, verdict, note FROM record.review
    QUALIFY row_number() OVER (PARTITION BY change_id ORDER BY made_at DESC, review_id) = 1
) AS r ON r.change_id = c.change_id;
COMMENT ON VIEW changes IS 'One row a line of the change log: what a report says on an aspect that differs from what the story had said';
