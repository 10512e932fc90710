-- One row an outlet: how often, how soon and how silently it edits.
CREATE OR REPLACE VIEW outlet_edits AS
WITH article AS (
    SELECT outlet, count(*) AS articles FROM record.article WHERE head_version_id IS NOT NULL GROUP BY outlet
), revision AS (
    SELECT a.outlet, count(DISTINCT r.article_id) AS edited_articles, count(*) AS revisions,
           count(*) FILTER (r.meaningful) AS meaningful_revisions,
           median(date_diff('minute', a.first_seen_at, r.seen_at)) AS median_minutes
    FROM derived.revision AS r JOIN record.article AS a USING (article_id) GROUP BY a.outlet
), first AS (
    SELECT outlet, median(minutes) AS median_minutes
    FROM (SELECT a.outlet, date_diff('minute', min(a.first_seen_at), min(r.seen_at)) AS minutes
          FROM derived.revision AS r JOIN record.article AS a USING (article_id) WHERE r.meaningful GROUP BY a.outlet, article_id)
    GROUP BY outlet
), kind AS (
    SELECT outlet, first(kind ORDER BY edits DESC, kind) AS usual_kind,
           map_from_entries(list(struct_pack(k := kind, v := edits) ORDER BY edits DESC, kind)) AS kinds
    FROM (SELECT a.outlet, e.kind, count(*) AS edits FROM derived.edit AS e JOIN record.article AS a USING (article_id)
          WHERE e.meaningful GROUP BY ALL)
    GROUP BY outlet
), edit AS (
    SELECT a.outlet, count(*) AS edits, count(*) FILTER (e.meaningful) AS meaningful_edits,
           count(*) FILTER (e.silent) AS silent_edits, count(*) FILTER (e.kind = 'correction') AS correction_notes
    FROM derived.edit AS e JOIN record.article AS a USING (article_id) GROUP BY a.outlet
)
SELECT outlet, articles, coalesce(edited_articles, 0) AS edited_articles, coalesce(revisions, 0) AS revisions,
       coalesce(meaningful_revisions, 0) AS meaningful_revisions, revision.median_minutes AS median_minutes_to_edit,
       coalesce(edits, 0) AS edits, coalesce(meaningful_edits, 0) AS meaningful_edits, coalesce(silent_edits, 0) AS silent_edits,
       coalesce(correction_notes, 0) AS correction_notes, usual_kind,
       first.median_minutes AS median_minutes_to_first_edit, kinds
FROM article LEFT JOIN revision USING (outlet) LEFT JOIN edit USING (outlet) LEFT JOIN first USING (outlet)
LEFT JOIN kind USING (outlet);
COMMENT ON VIEW outlet_edits IS 'One row an outlet: how often it edits, how soon after first sight, what kinds, and how many without a note';
COMMENT ON COLUMN outlet_edits.outlet IS 'who publishes';
COMMENT ON COLUMN outlet_edits.articles IS 'articles with at least one version';
COMMENT ON COLUMN outlet_edits.edited_articles IS 'of these, edited after first sight';
COMMENT ON COLUMN outlet_edits.revisions IS 'revisions in all';
COMMENT ON COLUMN outlet_edits.meaningful_revisions IS 'of these, such as changed the meaning';
COMMENT ON COLUMN outlet_edits.median_minutes_to_edit IS 'median minutes from first sight to a revision, over all revisions; NULL if none';
COMMENT ON COLUMN outlet_edits.edits IS 'edits in all';
COMMENT ON COLUMN outlet_edits.meaningful_edits IS 'of these, such as changed the meaning';
COMMENT ON COLUMN outlet_edits.silent_edits IS 'of these, without a note';
COMMENT ON COLUMN outlet_edits.correction_notes IS 'notes of correction or update';
COMMENT ON COLUMN outlet_edits.usual_kind IS 'the most frequent kind among those that bear meaning';
COMMENT ON COLUMN outlet_edits.median_minutes_to_first_edit IS 'median minutes from first sight to the first revision that changed the meaning, over edited articles';
COMMENT ON COLUMN outlet_edits.kinds IS 'kind -> number of edits that bear meaning, most frequent first: kinds[''number''] counts those of figures';
