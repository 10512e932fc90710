-- Grain: one row an article that has a page.
SELECT article_id, outlet FROM record.article WHERE head_version_id IS NOT NULL ORDER BY article_id;
