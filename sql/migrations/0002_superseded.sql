-- What a rebuild from the archived responses has replaced. Rows move here as they stood, with when and why they ceased to stand.

CREATE TABLE record.superseded_version (
    version_id VARCHAR NOT NULL, article_id VARCHAR NOT NULL, url VARCHAR NOT NULL, outlet VARCHAR NOT NULL, seq INTEGER NOT NULL,
    seen_at TIMESTAMP NOT NULL, published_at TIMESTAMP, updated_at TIMESTAMP, headline VARCHAR NOT NULL, byline VARCHAR,
    summary VARCHAR, text VARCHAR NOT NULL USING COMPRESSION zstd, text_hash VARCHAR NOT NULL, language VARCHAR,
    extractor VARCHAR NOT NULL, archive VARCHAR, reason VARCHAR, superseded_at TIMESTAMP NOT NULL, superseded_reason VARCHAR NOT NULL
);
COMMENT ON TABLE record.superseded_version IS 'Texts of articles as they had been read, until a rebuild read them otherwise';

CREATE TABLE record.superseded_appearance (
    appearance_id VARCHAR NOT NULL, article_id VARCHAR NOT NULL, version_id VARCHAR NOT NULL, seen_at TIMESTAMP NOT NULL,
    reverted BOOLEAN NOT NULL, reason VARCHAR NOT NULL, superseded_at TIMESTAMP NOT NULL, superseded_reason VARCHAR NOT NULL
);
COMMENT ON TABLE record.superseded_appearance IS 'When versions had come to stand, until a rebuild found otherwise';

CREATE TABLE record.superseded_quarantine (
    quarantine_id VARCHAR NOT NULL, article_id VARCHAR NOT NULL, url VARCHAR NOT NULL, seen_at TIMESTAMP NOT NULL, kind VARCHAR NOT NULL,
    reason VARCHAR NOT NULL, status INTEGER, text_hash VARCHAR, archive VARCHAR,
    superseded_at TIMESTAMP NOT NULL, superseded_reason VARCHAR NOT NULL
);
COMMENT ON TABLE record.superseded_quarantine IS 'Looks that had not shown the article, until a rebuild found that they do';
