-- One row an aligned operation inside a revision, judged.
CREATE OR REPLACE VIEW edits AS
SELECT edit_id, revision_id, article_id, url, seen_at, op, kind, meaningful, "before", "after", reason,
       field, silent, ordinal, before_paragraph, after_paragraph, words
FROM derived.edit;
COMMENT ON VIEW edits IS 'One row an aligned operation inside a revision: what was added, removed, changed or moved, and what it means';
