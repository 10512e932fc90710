-- One row a feed that was ever followed.
CREATE OR REPLACE VIEW feeds AS
SELECT feed_id, url, title, outlet, last_fetched_at, last_outcome, next_due_at,
       last_success_at, last_reason, failures, added_at
FROM record.feed;
COMMENT ON VIEW feeds IS 'One row a feed that was ever followed, with how the last fetch ended and when the next is due';
COMMENT ON COLUMN feeds.feed_id IS 'the feed';
COMMENT ON COLUMN feeds.url IS 'its address, without secrets';
COMMENT ON COLUMN feeds.title IS 'its title, as it gives it';
COMMENT ON COLUMN feeds.outlet IS 'who publishes';
COMMENT ON COLUMN feeds.last_fetched_at IS 'when it was last fetched (UTC)';
COMMENT ON COLUMN feeds.last_outcome IS 'how that ended: ok, not_modified, deadline ...';
COMMENT ON COLUMN feeds.next_due_at IS 'when it is fetched next (UTC)';
COMMENT ON COLUMN feeds.last_success_at IS 'when a fetch last went well (UTC)';
COMMENT ON COLUMN feeds.last_reason IS 'how the last fetch ended, in words';
COMMENT ON COLUMN feeds.failures IS 'failed fetches in a row';
COMMENT ON COLUMN feeds.added_at IS 'when it was first followed (UTC)';
