-- Grain: one row: where the last response that a fetch refers to begins in one file of the archive; -1 if there is none.
SELECT coalesce(max(split_part(f.archive, '#', -1)::BIGINT), -1) AS place
FROM record.fetch AS f
WHERE starts_with(f.archive, $name || '#');
