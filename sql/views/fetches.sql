-- One row a fetch of a feed or page.
CREATE OR REPLACE VIEW fetches AS
SELECT fetch_id, url, fetched_at, outcome, status, bytes, reason, kind, final_url, archive
FROM record.fetch;
COMMENT ON VIEW fetches IS 'One row a fetch of a feed or page, with its typed outcome and the reason in words';
COMMENT ON COLUMN fetches.fetch_id IS 'the fetch';
COMMENT ON COLUMN fetches.url IS 'the address asked for, without secrets';
COMMENT ON COLUMN fetches.fetched_at IS 'when (UTC)';
COMMENT ON COLUMN fetches.outcome IS 'how it ended, one of a fixed list: ok, not_modified, gone, denied, deadline ...';
COMMENT ON COLUMN fetches.status IS 'HTTP status; NULL if there was no answer';
COMMENT ON COLUMN fetches.bytes IS 'length of the body; NULL if there was none';
COMMENT ON COLUMN fetches.reason IS 'how it ended, in words';
COMMENT ON COLUMN fetches.kind IS 'feed, page or robots';
COMMENT ON COLUMN fetches.final_url IS 'the address after redirects';
COMMENT ON COLUMN fetches.archive IS 'where the response lies in the web archive: file#offset; NULL if it was not kept';
