-- Grain: one row a known address among those asked for.
SELECT url, article_id FROM record.alias WHERE url IN (SELECT unnest($urls::JSON::VARCHAR[])) ORDER BY url;
