-- One row a feed that was ever followed.
CREATE OR REPLACE VIEW feeds AS
SELECT feed_id, url, title, outlet, last_fetched_at, last_outcome, next_due_at,
       last_success_at, last_reason, failures, added_at
FROM record.feed;
COMMENT ON VIEW feeds IS 'One row a feed that was ever followed, with how the last fetch ended and when the next is due';
