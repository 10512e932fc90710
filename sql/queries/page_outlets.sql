-- Grain: one row an outlet: how often, how soon and how silently it edits.
WITH edited AS (
    SELECT r.article_id, any_value(a.outlet) AS outlet, min(date_diff('second', a.first_seen_at, r.seen_at)) AS seconds
    FROM derived.revision AS r JOIN record.article AS a USING (article_id) GROUP BY r.article_id
), noted AS (
    SELECT DISTINCT e.revision_id, a.outlet, bool_or(e.silent) OVER (PARTITION BY e.revision_id) AS silent,
           bool_or(e.kind = 'correction') OVER (PARTITION BY e.revision_id) AS noted
    FROM derived.edit AS e JOIN record.article AS a USING (article_id)
), copy AS (  -- counted apart: as two subqueries of the same view DuckDB 1.5.5 takes the one for the other
    SELECT c.outlet, c.source_outlet FROM copies AS c
), taken AS (
    SELECT outlet, count(*) AS articles FROM copy GROUP BY outlet
), given AS (
    SELECT source_outlet AS outlet, count(*) AS articles FROM copy GROUP BY source_outlet
)
SELECT o.outlet, o.articles, o.edited_articles AS edited, o.revisions, o.meaningful_revisions AS meaningful,
       (SELECT count(*) FROM noted AS n WHERE n.outlet = o.outlet AND n.silent) AS silent,
       (SELECT count(*) FROM noted AS n WHERE n.outlet = o.outlet AND n.noted) AS noted,
       (SELECT median(d.seconds) FROM edited AS d WHERE d.outlet = o.outlet) AS first_edit_seconds,
       (SELECT count(*) FROM edited AS d WHERE d.outlet = o.outlet AND d.seconds <= 3600) AS within_hour,
       (SELECT count(*) FROM edited AS d WHERE d.outlet = o.outlet AND d.seconds <= 86400) AS within_day,
       (SELECT count(*) FROM record.quarantine AS q JOIN record.article AS a USING (article_id) WHERE a.outlet = o.outlet) AS quarantined,
       coalesce(taken.articles, 0) AS copied, coalesce(given.articles, 0) AS copied_by
FROM outlet_edits AS o LEFT JOIN taken ON taken.outlet = o.outlet LEFT JOIN given ON given.outlet = o.outlet ORDER BY o.outlet;
