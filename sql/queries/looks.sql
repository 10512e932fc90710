-- Grain: one row a look at the articles asked for, in time order: what came to stand, what was quarantined, and looks that
-- showed nothing new. A fetch that ended without an answer is no look. `archive` is where the response is kept, if it is.
WITH fetched AS (
    SELECT DISTINCT ON (a.article_id, f.fetched_at) a.article_id, f.fetched_at, f.url, f.outcome, f.status, f.final_url, f.archive
    FROM record.alias AS a JOIN record.fetch AS f ON f.url = a.url
    WHERE a.article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[])) AND f.kind IN ('page', 'import')
    ORDER BY a.article_id, f.fetched_at, f.archive NULLS LAST, f.url
), seen AS (
    SELECT p.article_id, p.seen_at, 1 AS place, 'appearance' AS what, p.appearance_id AS row_id, p.version_id, p.reverted, p.reason,
           NULL AS kind, NULL AS status, NULL AS text_hash, v.archive, v.url AS page_url
    FROM record.appearance AS p JOIN record.version AS v ON v.version_id = p.version_id
    WHERE p.article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]))
    UNION ALL BY NAME
    SELECT q.article_id, q.seen_at, 2 AS place, 'quarantine' AS what, q.quarantine_id AS row_id, NULL AS version_id, FALSE AS reverted,
           q.reason, q.kind, q.status, q.text_hash, q.archive, q.url AS page_url
    FROM record.quarantine AS q
    WHERE q.article_id IN (SELECT unnest($article_ids::JSON::VARCHAR[]))
)
SELECT s.article_id, s.seen_at, s.place, s.what, s.row_id, s.version_id, s.reverted, s.reason, s.kind, s.text_hash,
       coalesce(s.status, f.status) AS status, coalesce(f.archive, s.archive) AS archive, s.page_url, f.url, f.outcome, f.final_url
FROM seen AS s LEFT JOIN fetched AS f ON f.article_id = s.article_id AND f.fetched_at = s.seen_at
UNION ALL BY NAME
SELECT f.article_id, f.fetched_at AS seen_at, 3 AS place, 'same' AS what, '' AS row_id, NULL AS version_id, FALSE AS reverted,
       '' AS reason, NULL AS kind, NULL AS text_hash, f.status, NULL AS archive, f.url AS page_url, f.url, f.outcome, f.final_url
FROM fetched AS f ANTI JOIN seen AS s ON s.article_id = f.article_id AND s.seen_at = f.fetched_at
WHERE f.outcome IN ('ok', 'not_modified')
ORDER BY article_id, seen_at, place, row_id;
