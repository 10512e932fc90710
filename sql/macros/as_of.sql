-- The head of every article as it was known at a time.
CREATE OR REPLACE MACRO as_of(ts) AS TABLE
SELECT p.article_id, v.url, v.outlet, v.version_id, v.seq, p.seen_at, v.published_at, v.headline AS title, v.byline, v.text
FROM (
    SELECT article_id, version_id, seen_at FROM record.appearance WHERE seen_at <= ts::TIMESTAMP
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY seen_at DESC, appearance_id) = 1
) AS p
JOIN record.version AS v ON v.version_id = p.version_id;
COMMENT ON MACRO TABLE as_of IS 'The head of every article as it was known at ts: article_id, url, outlet, version_id, seq, seen_at, published_at, title, byline, text';
