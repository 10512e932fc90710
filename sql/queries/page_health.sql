-- Grain: one row: how collecting goes.
SELECT (SELECT count(*) FROM record.feed) AS feeds,
       (SELECT count(*) FROM record.feed WHERE last_outcome IN ('ok', 'not_modified')) AS feeds_well,
       (SELECT count(*) FROM record.article) AS articles, (SELECT count(*) FROM record.version) AS versions,
       (SELECT count(*) FROM record.quarantine WHERE seen_at > $since::TIMESTAMP) AS quarantined;
