-- One row a moment at which a version came to stand.
CREATE OR REPLACE VIEW appearances AS
SELECT appearance_id, article_id, version_id, seen_at, reverted, reason FROM record.appearance;
COMMENT ON VIEW appearances IS 'One row a moment at which a version came to stand; an earlier text that returns appears again';
COMMENT ON COLUMN appearances.appearance_id IS 'the appearance';
COMMENT ON COLUMN appearances.article_id IS 'the article: one page of one outlet, followed over time';
COMMENT ON COLUMN appearances.version_id IS 'the version: one observed text of an article';
COMMENT ON COLUMN appearances.seen_at IS 'when the version came to stand (UTC)';
COMMENT ON COLUMN appearances.reverted IS 'true if the text had stood before and came back';
COMMENT ON COLUMN appearances.reason IS 'why it was judged so, in words';
