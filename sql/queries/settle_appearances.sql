-- After looks that came late: only what appeared before is a return.
UPDATE record.appearance AS p SET reverted = s.reverted
FROM (
    SELECT appearance_id, row_number() OVER (PARTITION BY article_id, version_id ORDER BY seen_at) > 1 AS reverted
    FROM record.appearance WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]))
) AS s
WHERE p.appearance_id = s.appearance_id AND p.reverted <> s.reverted;
