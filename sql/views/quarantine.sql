-- One row a look at an article that did not show the article.
CREATE OR REPLACE VIEW quarantine AS
SELECT url, seen_at, kind, reason, article_id, status, archive, quarantine_id
FROM record.quarantine;
COMMENT ON VIEW quarantine IS 'One row a look at an article that did not show the article: bot walls, stubs, missing pages';
COMMENT ON COLUMN quarantine.url IS 'the address of the article at the outlet';
COMMENT ON COLUMN quarantine.seen_at IS 'when the look was (UTC)';
COMMENT ON COLUMN quarantine.kind IS 'bot_wall, consent, paywall, soft_404, empty, gone or blocked';
COMMENT ON COLUMN quarantine.reason IS 'why it was judged so, in words';
COMMENT ON COLUMN quarantine.article_id IS 'the article: one page of one outlet, followed over time';
COMMENT ON COLUMN quarantine.status IS 'HTTP status; NULL if there was no answer';
COMMENT ON COLUMN quarantine.archive IS 'where the response lies in the web archive: file#offset; NULL if it was not kept';
COMMENT ON COLUMN quarantine.quarantine_id IS 'the look';
