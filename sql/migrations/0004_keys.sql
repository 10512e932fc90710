-- Numbers beside the texts by which a run looks things up: the last 16 hex digits of an id, the first 64 bits of another text's
-- SHA-256. A scan for a number costs a sixth of one for a text, and there is no index to keep.
ALTER TABLE record.item ADD COLUMN feed_key UBIGINT;
UPDATE record.item SET feed_key = ('0x' || right(feed_id, 16))::UBIGINT;

ALTER TABLE record.alias ADD COLUMN url_key UBIGINT;
UPDATE record.alias SET url_key = ('0x' || left(sha256(url), 16))::UBIGINT;

ALTER TABLE record.article ADD COLUMN article_key UBIGINT;
ALTER TABLE record.article ADD COLUMN guid_key UBIGINT;
ALTER TABLE record.article ADD COLUMN name_key UBIGINT;
UPDATE record.article SET
    article_key = ('0x' || right(article_id, 16))::UBIGINT,
    guid_key = ('0x' || left(sha256(guid), 16))::UBIGINT,
    name_key = ('0x' || left(sha256(regexp_extract(split_part(url, '?', 1), '([^/]+)/*$', 1)), 16))::UBIGINT;

ALTER TABLE record.version ADD COLUMN article_key UBIGINT;
ALTER TABLE record.version ADD COLUMN version_key UBIGINT;
UPDATE record.version SET
    article_key = ('0x' || right(article_id, 16))::UBIGINT, version_key = ('0x' || right(version_id, 16))::UBIGINT;

ALTER TABLE record.appearance ADD COLUMN article_key UBIGINT;
UPDATE record.appearance SET article_key = ('0x' || right(article_id, 16))::UBIGINT;

ALTER TABLE record.paragraph ADD COLUMN outlet_key UBIGINT;
UPDATE record.paragraph SET outlet_key = ('0x' || left(sha256(outlet), 16))::UBIGINT;
