-- Grain: one row an article that has a version, with a digest of what its page shows.
SELECT a.article_id, a.outlet, a.url, v.headline AS title, a.first_seen_at, a.last_seen_at, a.status,
       md5(concat_ws('|', a.status,
           (SELECT string_agg(p.appearance_id, ',' ORDER BY p.appearance_id) FROM record.appearance AS p WHERE p.article_id = a.article_id),
           (SELECT string_agg(e.edit_id, ',' ORDER BY e.edit_id) FROM derived.edit AS e WHERE e.article_id = a.article_id),
           (SELECT count(*) FROM record.quarantine AS q WHERE q.article_id = a.article_id),
           (SELECT string_agg(l.story_id, ',' ORDER BY l.story_id) FROM derived.link AS l WHERE l.article_id = a.article_id),
           (SELECT string_agg(c.article_id || c.source_article_id, ',' ORDER BY c.article_id) FROM derived.copy AS c
            WHERE a.article_id IN (c.article_id, c.source_article_id)))) AS digest
FROM record.article AS a JOIN record.version AS v ON v.version_id = a.head_version_id
ORDER BY a.article_id;
