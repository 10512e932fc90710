-- One row an aligned operation inside a revision, judged.
CREATE OR REPLACE VIEW edits AS
SELECT e.edit_id, e.revision_id, e.article_id, e.url, e.seen_at, e.op, e.kind, e.meaningful, e."before", e."after", e.reason,
       e.field, e.silent, e.ordinal, e.before_paragraph, e.after_paragraph, e.words, a.outlet
FROM derived.edit AS e JOIN record.article AS a ON a.article_id = e.article_id;
COMMENT ON VIEW edits IS 'One row an aligned operation inside a revision: what was added, removed, changed or moved, and what it means';
COMMENT ON COLUMN edits.edit_id IS 'the edit; writethru why explains it';
COMMENT ON COLUMN edits.revision_id IS 'the revision that it is part of';
COMMENT ON COLUMN edits.article_id IS 'the article: one page of one outlet, followed over time';
COMMENT ON COLUMN edits.url IS 'the address of the article at the outlet';
COMMENT ON COLUMN edits.seen_at IS 'when the new text was first seen (UTC)';
COMMENT ON COLUMN edits.op IS 'add, remove, change or move';
COMMENT ON COLUMN edits.kind IS 'number, date, negation, modality, quote, attribution, name, correction, headline, addition, deletion, move, cosmetic or other';
COMMENT ON COLUMN edits.meaningful IS 'true if the meaning changed, false if it is cosmetic';
COMMENT ON COLUMN edits."before" IS 'the sentence before; empty if added';
COMMENT ON COLUMN edits."after" IS 'the sentence after; empty if removed';
COMMENT ON COLUMN edits.reason IS 'why it was judged so, in words';
COMMENT ON COLUMN edits.field IS 'headline, byline or body: where it was';
COMMENT ON COLUMN edits.silent IS 'true if it bears meaning and no note of the outlet names it';
COMMENT ON COLUMN edits.ordinal IS 'place within the revision, from 0';
COMMENT ON COLUMN edits.before_paragraph IS 'number of the paragraph before, from 0; NULL if added';
COMMENT ON COLUMN edits.after_paragraph IS 'number of the paragraph after, from 0; NULL if removed';
COMMENT ON COLUMN edits.words IS 'word diff as JSON: [[-1 removed | 0 kept | 1 added, text], ...]';
COMMENT ON COLUMN edits.outlet IS 'who publishes the article';
