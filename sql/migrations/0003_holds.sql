-- Hosts that have asked to be left alone, and until when.
CREATE TABLE record.hold (host VARCHAR NOT NULL, until TIMESTAMP NOT NULL, reason VARCHAR NOT NULL);
COMMENT ON TABLE record.hold IS 'Hosts that have asked to be left alone, and until when';
