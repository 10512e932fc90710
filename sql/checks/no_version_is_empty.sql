-- No version is without words.
SELECT version_id FROM record.version WHERE trim(text) = '' AND trim(headline) = '';
