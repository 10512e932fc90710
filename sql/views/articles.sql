-- One row an article: one page of one outlet, followed over time.
CREATE OR REPLACE VIEW articles AS
SELECT a.article_id, a.url, a.outlet, coalesce(v.headline, a.title) AS title, a.first_seen_at, a.last_seen_at, a.status,
       a.head_version_id, a.published_at, a.feed, a.guid, a.times_changed, a.last_changed_at, a.next_due_at
FROM record.article AS a
LEFT JOIN record.version AS v ON v.version_id = a.head_version_id
WHERE a.status <> 'alias';
COMMENT ON VIEW articles IS 'One row an article: one page of one outlet, followed over time';
