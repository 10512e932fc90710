-- How many changes did each day bring, on which aspects, and how many edits were silent?
SELECT d.day, count(DISTINCT c.change_id) AS changes, list(DISTINCT c.aspect ORDER BY c.aspect) AS aspects,
       (SELECT count(*) FROM edits AS e JOIN story_articles AS l USING (article_id)
        WHERE l.slug = 'us-28-point-plan' AND e.silent AND e.seen_at::DATE = d.day) AS silent_edits
FROM (SELECT DISTINCT detected_at::DATE AS day FROM changes WHERE slug = 'us-28-point-plan') AS d
JOIN changes AS c ON c.detected_at::DATE = d.day AND c.slug = 'us-28-point-plan'
GROUP BY d.day ORDER BY d.day;
