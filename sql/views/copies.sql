-- One row an article whose text derives from another outlet's.
CREATE OR REPLACE VIEW copies AS
SELECT c.article_id, a.url, a.outlet, c.source_article_id, b.url AS source_url, b.outlet AS source_outlet, c.similarity, c.reason
FROM derived.copy AS c
JOIN record.article AS a ON a.article_id = c.article_id
JOIN record.article AS b ON b.article_id = c.source_article_id;
COMMENT ON VIEW copies IS 'One row an article whose text derives from another: syndicated or rewritten wire copy';
COMMENT ON COLUMN copies.article_id IS 'the copy';
COMMENT ON COLUMN copies.url IS 'address of the copy';
COMMENT ON COLUMN copies.outlet IS 'who published the copy';
COMMENT ON COLUMN copies.source_article_id IS 'what it was copied from';
COMMENT ON COLUMN copies.source_url IS 'address of the source';
COMMENT ON COLUMN copies.source_outlet IS 'who published the source';
COMMENT ON COLUMN copies.similarity IS 'how much of the copy is in the source, 0 to 1';
COMMENT ON COLUMN copies.reason IS 'why it was judged so, in words';
