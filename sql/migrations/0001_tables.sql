-- The tables. `record` holds what was seen and what people decided: rows are added, never overwritten, except the small
-- state rows of feeds and articles. `derived` holds what the judgements made of it: it can be dropped and made again.
-- Portable on purpose (no keys, sequences, enums): ids are content hashes, uniqueness is a query in sql/checks.

CREATE SCHEMA record;
CREATE SCHEMA derived;

CREATE TABLE record.run (
    run_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, started_at TIMESTAMP NOT NULL, finished_at TIMESTAMP,
    program VARCHAR NOT NULL, summary JSON
);
COMMENT ON TABLE record.run IS 'One row a run that changed anything';

CREATE TABLE record.feed (
    feed_id VARCHAR NOT NULL, url VARCHAR NOT NULL, title VARCHAR, outlet VARCHAR NOT NULL, added_at TIMESTAMP NOT NULL,
    etag VARCHAR, last_modified VARCHAR, body_hash VARCHAR, last_fetched_at TIMESTAMP, last_success_at TIMESTAMP,
    last_outcome VARCHAR, last_reason VARCHAR, failures INTEGER NOT NULL, gone_since TIMESTAMP, moves JSON, moved_to VARCHAR,
    next_due_at TIMESTAMP, due_reason VARCHAR
);
COMMENT ON TABLE record.feed IS 'Feeds ever followed, with the state of fetching each';

CREATE TABLE record.item (
    feed_id VARCHAR NOT NULL, item_hash VARCHAR NOT NULL, key VARCHAR NOT NULL, key_basis VARCHAR NOT NULL,
    article_id VARCHAR, seen_at TIMESTAMP NOT NULL, title VARCHAR, published_at TIMESTAMP, updated_at TIMESTAMP
);
COMMENT ON TABLE record.item IS 'Items of feeds as they were seen: a new row whenever the bytes of an item change';

CREATE TABLE record.fetch (
    fetch_id VARCHAR NOT NULL, url VARCHAR NOT NULL, kind VARCHAR NOT NULL, fetched_at TIMESTAMP NOT NULL, outcome VARCHAR NOT NULL,
    status INTEGER, bytes BIGINT, reason VARCHAR, final_url VARCHAR, archive VARCHAR
);
COMMENT ON TABLE record.fetch IS 'Every fetch, with its typed outcome';

CREATE TABLE record.article (
    article_id VARCHAR NOT NULL, url VARCHAR NOT NULL, outlet VARCHAR NOT NULL, feed VARCHAR, guid VARCHAR,
    first_seen_at TIMESTAMP NOT NULL, last_seen_at TIMESTAMP NOT NULL, status VARCHAR NOT NULL, head_version_id VARCHAR,
    title VARCHAR, published_at TIMESTAMP, updated_at TIMESTAMP, summary VARCHAR,
    etag VARCHAR, last_modified VARCHAR, body_hash VARCHAR,
    suspect_kind VARCHAR, suspect_hash VARCHAR, suspect_first_at TIMESTAMP, suspect_times INTEGER,
    times_changed INTEGER NOT NULL, last_changed_at TIMESTAMP, failures INTEGER NOT NULL,
    missing_since TIMESTAMP, next_due_at TIMESTAMP, due_reason VARCHAR
);
COMMENT ON TABLE record.article IS 'Articles, with the state of following each';

CREATE TABLE record.alias (
    url VARCHAR NOT NULL, article_id VARCHAR NOT NULL, since TIMESTAMP NOT NULL, reason VARCHAR NOT NULL
);
COMMENT ON TABLE record.alias IS 'Every address under which an article was met';

CREATE TABLE record.version (
    version_id VARCHAR NOT NULL, article_id VARCHAR NOT NULL, url VARCHAR NOT NULL, outlet VARCHAR NOT NULL, seq INTEGER NOT NULL,
    seen_at TIMESTAMP NOT NULL, published_at TIMESTAMP, updated_at TIMESTAMP, headline VARCHAR NOT NULL, byline VARCHAR,
    summary VARCHAR, text VARCHAR NOT NULL USING COMPRESSION zstd, text_hash VARCHAR NOT NULL, language VARCHAR,
    extractor VARCHAR NOT NULL, archive VARCHAR, reason VARCHAR
);
COMMENT ON TABLE record.version IS 'Every text that an article has had, once';

CREATE TABLE record.appearance (
    appearance_id VARCHAR NOT NULL, article_id VARCHAR NOT NULL, version_id VARCHAR NOT NULL, seen_at TIMESTAMP NOT NULL,
    reverted BOOLEAN NOT NULL, reason VARCHAR NOT NULL
);
COMMENT ON TABLE record.appearance IS 'When a version came to stand: two successive appearances of an article are a revision';

CREATE TABLE record.quarantine (
    quarantine_id VARCHAR NOT NULL, article_id VARCHAR NOT NULL, url VARCHAR NOT NULL, seen_at TIMESTAMP NOT NULL, kind VARCHAR NOT NULL,
    reason VARCHAR NOT NULL, status INTEGER, text_hash VARCHAR, archive VARCHAR
);
COMMENT ON TABLE record.quarantine IS 'Looks at an article that did not show the article';

CREATE TABLE record.paragraph (
    outlet VARCHAR NOT NULL, fingerprint VARCHAR NOT NULL, article_id VARCHAR NOT NULL, seen_at TIMESTAMP NOT NULL
);
COMMENT ON TABLE record.paragraph IS 'Which paragraphs recur across the articles of an outlet, for telling furniture from text';

CREATE TABLE record.robots (origin VARCHAR NOT NULL, fetched_at TIMESTAMP NOT NULL, status INTEGER NOT NULL, text VARCHAR NOT NULL);
COMMENT ON TABLE record.robots IS 'What each site last said in its robots.txt';

CREATE TABLE record.decision (
    decision_id VARCHAR NOT NULL, made_at TIMESTAMP NOT NULL, kind VARCHAR NOT NULL, story_id VARCHAR NOT NULL, article_id VARCHAR,
    other_story_id VARCHAR, title VARCHAR, note VARCHAR, made_by VARCHAR
);
COMMENT ON TABLE record.decision IS 'What people decided about stories: pin, unpin, merge, split, rename';

CREATE TABLE record.review (
    review_id VARCHAR NOT NULL, change_id VARCHAR NOT NULL, made_at TIMESTAMP NOT NULL, verdict VARCHAR NOT NULL, note VARCHAR,
    made_by VARCHAR
);
COMMENT ON TABLE record.review IS 'What people said of lines of the change log: accepted, rejected, watch';

CREATE TABLE derived.tracked (appearance_id VARCHAR NOT NULL);
COMMENT ON TABLE derived.tracked IS 'Appearances that the judgements have seen';

CREATE TABLE derived.state (name VARCHAR NOT NULL, method VARCHAR NOT NULL, saved_at TIMESTAMP NOT NULL, through TIMESTAMP, covers VARCHAR,
    data BLOB);
COMMENT ON TABLE derived.state IS 'What the linker and the ledgers remember between runs; made again by track --rebuild';

CREATE TABLE derived.revision (
    revision_id VARCHAR NOT NULL, article_id VARCHAR NOT NULL, url VARCHAR NOT NULL, from_version_id VARCHAR NOT NULL,
    to_version_id VARCHAR NOT NULL, seen_at TIMESTAMP NOT NULL, kind VARCHAR NOT NULL, meaningful BOOLEAN NOT NULL, reason VARCHAR NOT NULL
);
CREATE TABLE derived.edit (
    edit_id VARCHAR NOT NULL, revision_id VARCHAR NOT NULL, article_id VARCHAR NOT NULL, url VARCHAR NOT NULL, seen_at TIMESTAMP NOT NULL,
    ordinal INTEGER NOT NULL, op VARCHAR NOT NULL, kind VARCHAR NOT NULL, meaningful BOOLEAN NOT NULL, silent BOOLEAN NOT NULL,
    field VARCHAR NOT NULL, "before" VARCHAR NOT NULL, "after" VARCHAR NOT NULL, before_paragraph INTEGER, after_paragraph INTEGER,
    words JSON, reason VARCHAR NOT NULL
);

CREATE TABLE derived.story (
    story_id VARCHAR NOT NULL, slug VARCHAR NOT NULL, title VARCHAR NOT NULL, origin VARCHAR NOT NULL,
    first_seen_at TIMESTAMP, last_seen_at TIMESTAMP, article_count INTEGER NOT NULL
);
CREATE TABLE derived.link (
    link_id VARCHAR NOT NULL, story_id VARCHAR NOT NULL, article_id VARCHAR NOT NULL, score DOUBLE NOT NULL, reason VARCHAR NOT NULL,
    linked_at TIMESTAMP NOT NULL, runner_up VARCHAR, runner_up_score DOUBLE, review BOOLEAN NOT NULL, method VARCHAR NOT NULL
);
CREATE TABLE derived.story_event (
    event_id VARCHAR NOT NULL, story_id VARCHAR NOT NULL, happened_at TIMESTAMP NOT NULL, kind VARCHAR NOT NULL, article_id VARCHAR,
    other_story_id VARCHAR, reason VARCHAR NOT NULL
);
CREATE TABLE derived.copy (
    article_id VARCHAR NOT NULL, source_article_id VARCHAR NOT NULL, similarity DOUBLE NOT NULL, reason VARCHAR NOT NULL
);

CREATE TABLE derived.claim (
    claim_id VARCHAR NOT NULL, story_id VARCHAR NOT NULL, aspect VARCHAR NOT NULL, article_id VARCHAR NOT NULL, version_id VARCHAR NOT NULL,
    url VARCHAR NOT NULL, seen_at TIMESTAMP NOT NULL, kind VARCHAR NOT NULL, subject VARCHAR NOT NULL, value VARCHAR NOT NULL,
    status VARCHAR NOT NULL, attributed_to VARCHAR NOT NULL, chain VARCHAR[], source_kind VARCHAR NOT NULL, hedge VARCHAR NOT NULL,
    sentence VARCHAR NOT NULL, paragraph INTEGER NOT NULL, "start" INTEGER NOT NULL, "end" INTEGER NOT NULL, confidence DOUBLE NOT NULL,
    key VARCHAR NOT NULL, verdict VARCHAR NOT NULL, reason VARCHAR NOT NULL
);
CREATE TABLE derived.change (
    change_id VARCHAR NOT NULL, story_id VARCHAR NOT NULL, aspect VARCHAR NOT NULL, detected_at TIMESTAMP NOT NULL, url VARCHAR NOT NULL,
    article_id VARCHAR NOT NULL, version_id VARCHAR NOT NULL, claim_id VARCHAR NOT NULL, kind VARCHAR NOT NULL, subject VARCHAR NOT NULL,
    "before" VARCHAR NOT NULL, "after" VARCHAR NOT NULL, evidence_before VARCHAR NOT NULL, evidence_after VARCHAR NOT NULL,
    value_before VARCHAR NOT NULL, value_after VARCHAR NOT NULL, before_url VARCHAR NOT NULL, attributed_to VARCHAR NOT NULL,
    corroborations INTEGER NOT NULL, repeats INTEGER NOT NULL, rank DOUBLE NOT NULL, confidence DOUBLE NOT NULL, reason VARCHAR NOT NULL
);
CREATE TABLE derived.standing (
    story_id VARCHAR NOT NULL, aspect VARCHAR NOT NULL, subject VARCHAR NOT NULL, "now" VARCHAR NOT NULL, value VARCHAR NOT NULL,
    since TIMESTAMP NOT NULL, outlet VARCHAR NOT NULL, article_id VARCHAR NOT NULL, url VARCHAR NOT NULL,
    attributed_to VARCHAR NOT NULL, independent INTEGER NOT NULL, repeats INTEGER NOT NULL, contested JSON,
    change_id VARCHAR NOT NULL, key VARCHAR NOT NULL
);
