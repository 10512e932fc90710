-- How much of what each outlet says rests on sources that are not named?
SELECT a.outlet, count(*) AS statements, count(*) FILTER (c.source_kind = 'unnamed official') AS unnamed,
       count(*) FILTER (c.source_kind = 'person') AS named, round(100 * unnamed / statements) AS unnamed_percent
FROM claims AS c JOIN articles AS a USING (article_id)
WHERE c.slug = 'us-28-point-plan'
GROUP BY a.outlet ORDER BY unnamed_percent DESC, a.outlet;
