-- One row an article whose text derives from another's, with the whole way back to the first one that told it.
CREATE OR REPLACE VIEW lineage AS
WITH RECURSIVE way AS (
    SELECT c.article_id, c.source_article_id AS root_article_id, 1 AS steps, [c.article_id, c.source_article_id] AS article_ids
    FROM derived.copy AS c
    UNION ALL
    SELECT w.article_id, c.source_article_id, w.steps + 1, list_append(w.article_ids, c.source_article_id)
    FROM way AS w JOIN derived.copy AS c ON c.article_id = w.root_article_id
    WHERE NOT list_contains(w.article_ids, c.source_article_id)
), whole AS (
    SELECT * FROM way QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY steps DESC) = 1
), told AS (
    SELECT w.article_id, list(a.outlet ORDER BY list_position(w.article_ids, a.article_id)) AS outlets
    FROM whole AS w JOIN record.article AS a ON list_contains(w.article_ids, a.article_id) GROUP BY w.article_id
)
SELECT w.article_id, a.url, a.outlet, w.steps, array_to_string(t.outlets, ' <- ') AS chain, w.root_article_id, b.url AS root_url,
       b.outlet AS root_outlet, c.source_article_id, c.similarity, c.reason, t.outlets, w.article_ids
FROM whole AS w
JOIN told AS t ON t.article_id = w.article_id
JOIN derived.copy AS c ON c.article_id = w.article_id
JOIN record.article AS a ON a.article_id = w.article_id
JOIN record.article AS b ON b.article_id = w.root_article_id;
COMMENT ON VIEW lineage IS 'One row an article whose text derives from another, with the chain: aggregator <- wire <- first outlet';
COMMENT ON COLUMN lineage.article_id IS 'the article';
COMMENT ON COLUMN lineage.url IS 'its address';
COMMENT ON COLUMN lineage.outlet IS 'who publishes it';
COMMENT ON COLUMN lineage.steps IS 'how many times the text was taken over';
COMMENT ON COLUMN lineage.chain IS 'the outlets, from this one back to the first';
COMMENT ON COLUMN lineage.root_article_id IS 'the article that told it first: all that derive from it count as one source';
COMMENT ON COLUMN lineage.root_url IS 'its address';
COMMENT ON COLUMN lineage.root_outlet IS 'who published it';
COMMENT ON COLUMN lineage.source_article_id IS 'the article from which this one derives directly';
COMMENT ON COLUMN lineage.similarity IS 'share of the word sequences in common with that one; 1 where a credit alone tells';
COMMENT ON COLUMN lineage.reason IS 'why it is held for a copy or rewrite of that one';
COMMENT ON COLUMN lineage.outlets IS 'the chain as a list';
COMMENT ON COLUMN lineage.article_ids IS 'the chain as ids of articles';
