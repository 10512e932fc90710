-- One row a text that a rebuild from the archive has replaced.
CREATE OR REPLACE VIEW superseded_versions AS
SELECT version_id, article_id, url, seq, seen_at, published_at, updated_at, headline AS title, byline, text, text_hash, extractor,
       outlet, summary, language, archive, reason, superseded_at, superseded_reason
FROM record.superseded_version;
COMMENT ON VIEW superseded_versions IS 'One row a text as it had been read, until a rebuild from the archive read it otherwise';
