-- One row a step from one version of an article to the next that stood.
CREATE OR REPLACE VIEW revisions AS
SELECT revision_id, article_id, url, from_version_id, to_version_id, seen_at, kind, meaningful, reason
FROM derived.revision;
COMMENT ON VIEW revisions IS 'One row a step from one version of an article to the next that stood';
COMMENT ON COLUMN revisions.revision_id IS 'the revision';
COMMENT ON COLUMN revisions.article_id IS 'the article: one page of one outlet, followed over time';
COMMENT ON COLUMN revisions.url IS 'the address of the article at the outlet';
COMMENT ON COLUMN revisions.from_version_id IS 'the version that stood before';
COMMENT ON COLUMN revisions.to_version_id IS 'the version that came to stand';
COMMENT ON COLUMN revisions.seen_at IS 'when it came to stand (UTC)';
COMMENT ON COLUMN revisions.kind IS 'the most telling kind among its edits';
COMMENT ON COLUMN revisions.meaningful IS 'true if the meaning changed, false if it is cosmetic';
COMMENT ON COLUMN revisions.reason IS 'why it was judged so, in words';
