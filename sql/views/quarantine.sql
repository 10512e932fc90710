-- One row a look at an article that did not show the article.
CREATE OR REPLACE VIEW quarantine AS
SELECT url, seen_at, kind, reason, article_id, status, archive, quarantine_id
FROM record.quarantine;
COMMENT ON VIEW quarantine IS 'One row a look at an article that did not show the article: bot walls, stubs, missing pages';
