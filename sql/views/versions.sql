-- One row a text that an article has had; never overwritten.
CREATE OR REPLACE VIEW versions AS
SELECT version_id, article_id, url, seq, seen_at, published_at, updated_at, headline AS title, byline, text, text_hash, extractor,
       outlet, summary, language, archive, reason
FROM record.version;
COMMENT ON VIEW versions IS 'One row a text that an article has had: headline, byline, dates and body. Never overwritten';
