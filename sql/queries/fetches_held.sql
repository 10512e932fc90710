-- Grain: a fetch of those asked for that the record has.
SELECT DISTINCT f.fetch_id
FROM record.fetch AS f
WHERE f.fetched_at >= $since::TIMESTAMP AND f.fetch_id IN (SELECT unnest($fetch_ids::JSON::VARCHAR[]));
