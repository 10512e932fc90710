-- One row a step from one version of an article to the next that stood.
CREATE OR REPLACE VIEW revisions AS
SELECT revision_id, article_id, url, from_version_id, to_version_id, seen_at, kind, meaningful, reason
FROM derived.revision;
COMMENT ON VIEW revisions IS 'One row a step from one version of an article to the next that stood';
