-- Grain: one row a story that has a page: watched, or found with at least two articles; with a digest of what its page shows.
SELECT s.story_id, s.slug, s.title, s.origin, s.first_seen_at, s.last_seen_at,
       md5(concat_ws('|', s.title, s.article_count, s.last_seen_at,
           (SELECT string_agg(c.change_id || c.repeats || c.corroborations, ',' ORDER BY c.change_id) FROM derived.change AS c
            WHERE c.story_id = s.story_id),
           (SELECT string_agg(e.edit_id, ',' ORDER BY e.edit_id) FROM derived.edit AS e
            JOIN derived.link AS l ON l.article_id = e.article_id AND l.story_id = s.story_id),
           (SELECT string_agg(w.decision_id, ',' ORDER BY w.change_id) FROM change_reviews AS w
            JOIN derived.change AS c ON c.change_id = w.change_id WHERE c.story_id = s.story_id))) AS digest
FROM derived.story AS s
WHERE s.origin = 'watched' OR s.article_count >= 2
ORDER BY s.origin = 'watched' DESC, s.last_seen_at DESC, s.slug;
