-- One row a moment at which a version came to stand.
CREATE OR REPLACE VIEW appearances AS
SELECT appearance_id, article_id, version_id, seen_at, reverted, reason FROM record.appearance;
COMMENT ON VIEW appearances IS 'One row a moment at which a version came to stand; an earlier text that returns appears again';
