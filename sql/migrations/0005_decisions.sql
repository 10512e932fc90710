-- All that people decide is one table: about stories, about lines of the change log, about claims. A decision is taken back by
-- another row (kind undo), never by a deletion.
ALTER TABLE record.decision ADD COLUMN article_ids VARCHAR[];
ALTER TABLE record.decision ADD COLUMN slug VARCHAR;
ALTER TABLE record.decision ADD COLUMN other_slug VARCHAR;
ALTER TABLE record.decision ADD COLUMN change_id VARCHAR;
ALTER TABLE record.decision ADD COLUMN claim_id VARCHAR;
ALTER TABLE record.decision ADD COLUMN aspect VARCHAR;
ALTER TABLE record.decision ADD COLUMN sentence VARCHAR;
ALTER TABLE record.decision ADD COLUMN was VARCHAR;
ALTER TABLE record.decision ADD COLUMN value VARCHAR;
ALTER TABLE record.decision ADD COLUMN undoes VARCHAR;
ALTER TABLE record.decision ADD COLUMN read_through TIMESTAMP;
COMMENT ON TABLE record.decision IS 'What people decided: pin, unpin, merge, split, rename, apart, review, correct, undo';

INSERT INTO record.decision BY NAME
SELECT w.review_id AS decision_id, w.made_at, 'review' AS kind, coalesce(c.story_id, '') AS story_id, w.change_id, w.verdict AS value,
       c.aspect, c.article_id, c.evidence_after AS sentence, c.value_after AS was, w.note, w.made_by
FROM record.review AS w LEFT JOIN derived.change AS c ON c.change_id = w.change_id;
DROP TABLE record.review;

CREATE TABLE record.proposal (
    proposal_id VARCHAR NOT NULL, proposed_at TIMESTAMP NOT NULL, story_id VARCHAR NOT NULL, other_story_id VARCHAR NOT NULL,
    score DOUBLE NOT NULL, needed DOUBLE NOT NULL, sure BOOLEAN NOT NULL, reason VARCHAR NOT NULL, method VARCHAR NOT NULL
);
COMMENT ON TABLE record.proposal IS 'Pairs of stories that the nightly pass holds for one, each proposed once';

-- Of a story that ended in another: the address that it had.
ALTER TABLE derived.story_event ADD COLUMN other_slug VARCHAR;
ALTER TABLE derived.story_event ADD COLUMN other_title VARCHAR;
ALTER TABLE derived.story_event ADD COLUMN articles INTEGER;
