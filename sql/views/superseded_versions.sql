-- One row a text that a rebuild from the archive has replaced.
CREATE OR REPLACE VIEW superseded_versions AS
SELECT version_id, article_id, url, seq, seen_at, published_at, updated_at, headline AS title, byline, text, text_hash, extractor,
       outlet, summary, language, archive, reason, superseded_at, superseded_reason
FROM record.superseded_version;
COMMENT ON VIEW superseded_versions IS 'One row a text as it had been read, until a rebuild from the archive read it otherwise';
COMMENT ON COLUMN superseded_versions.version_id IS 'the version: one observed text of an article';
COMMENT ON COLUMN superseded_versions.article_id IS 'the article: one page of one outlet, followed over time';
COMMENT ON COLUMN superseded_versions.url IS 'the address of the article at the outlet';
COMMENT ON COLUMN superseded_versions.seq IS 'number of the version within its article, from 1';
COMMENT ON COLUMN superseded_versions.seen_at IS 'when this program saw it (UTC)';
COMMENT ON COLUMN superseded_versions.published_at IS 'when the outlet says it published it (UTC); NULL if it gave no time';
COMMENT ON COLUMN superseded_versions.updated_at IS 'when the outlet says it updated it (UTC); NULL if it gave no time';
COMMENT ON COLUMN superseded_versions.title IS 'the headline as it had been read';
COMMENT ON COLUMN superseded_versions.byline IS 'the byline as printed';
COMMENT ON COLUMN superseded_versions.text IS 'the body, paragraphs parted by an empty line';
COMMENT ON COLUMN superseded_versions.text_hash IS 'hash of headline and body in normal form: equal texts have equal hashes';
COMMENT ON COLUMN superseded_versions.extractor IS 'name and version of what took the text out of the page';
COMMENT ON COLUMN superseded_versions.outlet IS 'who publishes';
COMMENT ON COLUMN superseded_versions.summary IS 'the summary that the feed gave';
COMMENT ON COLUMN superseded_versions.language IS 'detected language of the text, ISO 639-1; NULL if it is too short to tell';
COMMENT ON COLUMN superseded_versions.archive IS 'where the response lies in the web archive: file#offset; NULL if it was not kept';
COMMENT ON COLUMN superseded_versions.reason IS 'why it had become a version, in words';
COMMENT ON COLUMN superseded_versions.superseded_at IS 'when a rebuild replaced it (UTC)';
COMMENT ON COLUMN superseded_versions.superseded_reason IS 'why';
