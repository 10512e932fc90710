-- Grain: one row a revision of the articles asked for whose two versions no longer follow each other at that time.
SELECT r.revision_id FROM derived.revision AS r
ANTI JOIN (
    SELECT article_id, seen_at, version_id,
           lag(version_id) OVER (PARTITION BY article_id ORDER BY seen_at, appearance_id) AS before
    FROM record.appearance WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]))
) AS s
ON s.article_id = r.article_id AND s.seen_at = r.seen_at AND s.version_id = r.to_version_id AND s.before = r.from_version_id
WHERE r.article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]));
