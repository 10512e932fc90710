-- Whose reports do other outlets copy or rewrite?
SELECT source_outlet, outlet AS copied_by, count(*) AS articles, round(avg(similarity), 2) AS likeness
FROM copies WHERE source_outlet <> outlet
GROUP BY ALL ORDER BY articles DESC, source_outlet, copied_by;
