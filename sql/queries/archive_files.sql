-- Grain: one row a file of the archive that a version or a quarantined look refers to, with the last place in it.
SELECT split_part(archive, '#', 1) AS file, max(try_cast(split_part(archive, '#', 2) AS BIGINT)) AS last, count(*) AS responses
FROM (SELECT archive FROM record.version UNION ALL SELECT archive FROM record.quarantine) WHERE archive IS NOT NULL
GROUP BY ALL ORDER BY file;
