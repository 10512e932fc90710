-- Grain: one row a day on which reports of a story came to stand.
WITH report AS (
    SELECT p.seen_at::DATE AS day, p.version_id,
           EXISTS (SELECT 1 FROM derived.change AS c WHERE c.version_id = p.version_id AND c.story_id = $story_id) AS tells
    FROM record.appearance AS p JOIN derived.link AS l ON l.article_id = p.article_id AND l.story_id = $story_id
), folded AS (
    SELECT e.seen_at::DATE AS day, count(*) AS folded_edits
    FROM derived.edit AS e JOIN derived.link AS l ON l.article_id = e.article_id AND l.story_id = $story_id
    WHERE NOT e.meaningful GROUP BY ALL
)
SELECT r.day, count(*) AS reports, count(*) FILTER (NOT r.tells) AS repeats, coalesce(any_value(f.folded_edits), 0) AS folded_edits
FROM report AS r LEFT JOIN folded AS f ON f.day = r.day
GROUP BY r.day ORDER BY r.day;
