-- After looks that came late: each version was first seen when it first appeared, and the versions count in that order.
UPDATE record.version AS v SET seen_at = s.first_at, seq = s.place
FROM (
    SELECT version_id, min(seen_at) AS first_at,
           row_number() OVER (PARTITION BY article_id ORDER BY min(seen_at), version_id) AS place
    FROM record.appearance WHERE article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]))
    GROUP BY article_id, version_id
) AS s
WHERE v.version_id = s.version_id AND (v.seen_at, v.seq) <> (s.first_at, s.place);
