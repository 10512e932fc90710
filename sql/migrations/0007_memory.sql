-- What the linker and the ledgers remember, in pieces: a run reads those that it needs and writes those that have become other.
CREATE TABLE derived.memory (name VARCHAR NOT NULL, kind VARCHAR NOT NULL, number UBIGINT NOT NULL, data BLOB NOT NULL);
COMMENT ON TABLE derived.memory IS 'What the linker and the ledgers remember between runs, piece by piece; made again by track --rebuild';
