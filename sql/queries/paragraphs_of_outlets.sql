-- Grain: one row a paragraph of an article of the outlets asked for.
SELECT outlet, fingerprint, article_id FROM record.paragraph WHERE outlet IN (SELECT unnest($outlets::JSON::VARCHAR[]))
ORDER BY outlet, fingerprint, article_id;
