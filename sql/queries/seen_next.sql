-- Grain: at most one row: when a fetch next showed the article itself after a moment.
SELECT min(f.fetched_at) AS seen_at
FROM record.fetch AS f
JOIN record.alias AS a ON a.url = f.url AND a.article_id = $article_id
WHERE f.kind <> 'feed' AND f.fetched_at > $after::TIMESTAMP AND f.outcome IN ('ok', 'not_modified')
  AND NOT EXISTS (
      SELECT 1 FROM record.quarantine AS q WHERE q.article_id = $article_id AND q.seen_at = f.fetched_at
  );
