-- One row an article: one page of one outlet, followed over time.
CREATE OR REPLACE VIEW articles AS
SELECT a.article_id, a.url, a.outlet, coalesce(v.headline, a.title) AS title, a.first_seen_at, a.last_seen_at, a.status,
       a.head_version_id, a.published_at, a.feed, a.guid, a.times_changed, a.last_changed_at, a.next_due_at
FROM record.article AS a
LEFT JOIN record.version AS v ON v.version_id = a.head_version_id
WHERE a.status <> 'alias';
COMMENT ON VIEW articles IS 'One row an article: one page of one outlet, followed over time';
COMMENT ON COLUMN articles.article_id IS 'the article: one page of one outlet, followed over time';
COMMENT ON COLUMN articles.url IS 'the address it was last met under';
COMMENT ON COLUMN articles.outlet IS 'who publishes';
COMMENT ON COLUMN articles.title IS 'the headline that stands now';
COMMENT ON COLUMN articles.first_seen_at IS 'when it was first seen (UTC)';
COMMENT ON COLUMN articles.last_seen_at IS 'when it was last looked at (UTC)';
COMMENT ON COLUMN articles.status IS 'new (never read), live, suspect (the last look was quarantined) or gone';
COMMENT ON COLUMN articles.head_version_id IS 'the version that stands now';
COMMENT ON COLUMN articles.published_at IS 'when the outlet says it published it (UTC); NULL if it gave no time';
COMMENT ON COLUMN articles.feed IS 'address of the feed that listed it first';
COMMENT ON COLUMN articles.guid IS 'its id in that feed';
COMMENT ON COLUMN articles.times_changed IS 'how many times its text changed';
COMMENT ON COLUMN articles.last_changed_at IS 'when its text changed last (UTC); NULL if never';
COMMENT ON COLUMN articles.next_due_at IS 'when it is looked at next (UTC); NULL if it is not followed any more';
