-- Grain: one row a feed.
SELECT outlet, title, last_outcome, last_fetched_at, last_success_at, next_due_at, failures, last_reason, url, feed_id FROM feeds
WHERE ($since::TIMESTAMP IS NULL OR last_fetched_at >= $since) AND ($until::TIMESTAMP IS NULL OR last_fetched_at < $until)
ORDER BY outlet, url;
