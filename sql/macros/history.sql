-- Everything that happened to one article, by any address that it has had, in time order.
CREATE OR REPLACE MACRO history(address) AS TABLE
WITH article AS (SELECT DISTINCT article_id FROM record.alias WHERE url = address)
SELECT p.seen_at, 'version' AS event, v.seq, v.headline AS title, p.reason, v.version_id AS id
FROM record.appearance AS p JOIN article USING (article_id) JOIN record.version AS v ON v.version_id = p.version_id
UNION ALL
SELECT e.seen_at, 'edit: ' || e.kind, NULL, NULL, e.reason, e.edit_id
FROM derived.edit AS e JOIN article USING (article_id) WHERE e.meaningful
UNION ALL
SELECT q.seen_at, 'quarantined: ' || q.kind, NULL, NULL, q.reason, q.quarantine_id
FROM record.quarantine AS q JOIN article USING (article_id)
ORDER BY seen_at, event DESC;
COMMENT ON MACRO TABLE history IS 'Everything that happened to one article, by any address that it has had, in time order: seen_at, event, seq, title, reason, id';
