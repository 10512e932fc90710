-- Grain: one row a story that people may mean.
SELECT slug AS name, title FROM derived.story WHERE origin = 'watched' OR article_count > 1 ORDER BY slug;
