-- Each number that a row is looked up by is made of the text that it stands for.
SELECT 'item' AS place, feed_id AS text FROM record.item WHERE feed_key IS DISTINCT FROM ('0x' || right(feed_id, 16))::UBIGINT
UNION ALL
SELECT 'alias', url FROM record.alias WHERE url_key IS DISTINCT FROM ('0x' || left(sha256(url), 16))::UBIGINT
UNION ALL
SELECT 'article', article_id FROM record.article
WHERE article_key IS DISTINCT FROM ('0x' || right(article_id, 16))::UBIGINT
   OR guid_key IS DISTINCT FROM ('0x' || left(sha256(guid), 16))::UBIGINT
   OR name_key IS DISTINCT FROM ('0x' || left(sha256(regexp_extract(split_part(url, '?', 1), '([^/]+)/*$', 1)), 16))::UBIGINT
UNION ALL
SELECT 'version', version_id FROM record.version
WHERE article_key IS DISTINCT FROM ('0x' || right(article_id, 16))::UBIGINT
   OR version_key IS DISTINCT FROM ('0x' || right(version_id, 16))::UBIGINT
UNION ALL
SELECT 'appearance', appearance_id FROM record.appearance
WHERE article_key IS DISTINCT FROM ('0x' || right(article_id, 16))::UBIGINT
UNION ALL
SELECT 'paragraph', fingerprint FROM record.paragraph
WHERE outlet_key IS DISTINCT FROM ('0x' || left(sha256(outlet), 16))::UBIGINT;
