-- Grain: one row a report of a story as it stood at a moment, as the macro `as_of` gives it.
SELECT h.article_id, h.outlet, h.url, h.title, h.seq, h.seen_at FROM as_of($at) AS h
WHERE h.article_id IN (SELECT article_id FROM derived.link WHERE story_id = $story_id) ORDER BY h.seen_at DESC, h.url;
