-- Grain: one row: what the store holds and when it last grew.
SELECT (SELECT count(*) FROM record.feed) AS feeds, (SELECT count(*) FROM record.article) AS articles,
       (SELECT count(*) FROM record.version) AS versions, (SELECT count(*) FROM derived.edit) AS edits,
       (SELECT count(*) FROM derived.story) AS stories, (SELECT count(*) FROM derived.change) AS changes,
       (SELECT max(fetched_at) FROM record.fetch) AS last_fetch_at, (SELECT max(seen_at) FROM record.version) AS last_version_at,
       (SELECT count(*) FROM record.appearance AS a WHERE NOT EXISTS
           (SELECT 1 FROM derived.tracked AS t WHERE t.appearance_id = a.appearance_id)) AS untracked;
