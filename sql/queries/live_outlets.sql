-- Grain: one row an outlet that has a page.
SELECT DISTINCT outlet FROM record.article ORDER BY outlet;
