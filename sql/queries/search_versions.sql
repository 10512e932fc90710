-- Grain: one row a version whose headline, byline or text has all the words, whatever their case and accents; newest first.
WITH text AS (
    SELECT v.version_id, v.article_id, v.outlet, v.url, v.seq, v.seen_at, v.headline, v.byline, v.text,
           strip_accents(lower(concat_ws(chr(10), v.headline, v.byline, v.text))) AS folded
    FROM record.version AS v
    WHERE ($outlet = '' OR v.outlet = $outlet)
        AND ($story_id = '' OR v.article_id IN (SELECT l.article_id FROM derived.link AS l WHERE l.story_id = $story_id))
)
SELECT t.* EXCLUDE (folded), a.head_version_id = t.version_id AS stands
FROM text AS t JOIN record.article AS a ON a.article_id = t.article_id
WHERE (SELECT bool_and(contains(t.folded, strip_accents(lower(w.word)))) FROM (SELECT unnest($words::JSON::VARCHAR[]) AS word) AS w)
ORDER BY t.seen_at DESC, t.version_id LIMIT $most;
