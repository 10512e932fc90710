-- One row a fetch of a feed or page.
CREATE OR REPLACE VIEW fetches AS
SELECT fetch_id, url, fetched_at, outcome, status, bytes, reason, kind, final_url, archive
FROM record.fetch;
COMMENT ON VIEW fetches IS 'One row a fetch of a feed or page, with its typed outcome and the reason in words';
