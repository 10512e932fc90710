-- What was sent to whom: so that nothing is sent twice, and what could not be sent is tried again.
CREATE TABLE record.notice (rule VARCHAR NOT NULL, subject VARCHAR NOT NULL, noted_at TIMESTAMP NOT NULL, sent BOOLEAN NOT NULL);
COMMENT ON TABLE record.notice IS 'One row a thing that a rule of notification has dealt with: sent, or known when the rule began';
