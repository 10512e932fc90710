-- One row a text that an article has had; never overwritten.
CREATE OR REPLACE VIEW versions AS
SELECT version_id, article_id, url, seq, seen_at, published_at, updated_at, headline AS title, byline, text, text_hash, extractor,
       outlet, summary, language, archive, reason
FROM record.version;
COMMENT ON VIEW versions IS 'One row a text that an article has had: headline, byline, dates and body. Never overwritten';
COMMENT ON COLUMN versions.version_id IS 'the version: one observed text of an article';
COMMENT ON COLUMN versions.article_id IS 'the article: one page of one outlet, followed over time';
COMMENT ON COLUMN versions.url IS 'the address it was read from';
COMMENT ON COLUMN versions.seq IS 'number of the version within its article, from 1';
COMMENT ON COLUMN versions.seen_at IS 'when it was first seen (UTC)';
COMMENT ON COLUMN versions.published_at IS 'when the outlet says it published it (UTC); NULL if it gave no time';
COMMENT ON COLUMN versions.updated_at IS 'when the outlet says it updated it (UTC); NULL if it gave no time';
COMMENT ON COLUMN versions.title IS 'the headline';
COMMENT ON COLUMN versions.byline IS 'the byline as printed';
COMMENT ON COLUMN versions.text IS 'the body, paragraphs parted by an empty line';
COMMENT ON COLUMN versions.text_hash IS 'hash of headline and body in normal form: equal texts have equal hashes';
COMMENT ON COLUMN versions.extractor IS 'name and version of what took the text out of the page';
COMMENT ON COLUMN versions.outlet IS 'who publishes';
COMMENT ON COLUMN versions.summary IS 'the summary that the feed gave';
COMMENT ON COLUMN versions.language IS 'detected language of the text, ISO 639-1; NULL if it is too short to tell';
COMMENT ON COLUMN versions.archive IS 'where the response lies in the web archive: file#offset; NULL if it was not kept';
COMMENT ON COLUMN versions.reason IS 'why it was judged so, in words';
