-- One row a thing that a rule of notification has dealt with.
CREATE OR REPLACE VIEW notices AS
SELECT rule, subject, noted_at, sent FROM record.notice;
COMMENT ON VIEW notices IS 'One row a thing that a rule of notification has dealt with: sent, or known already when the rule began';
COMMENT ON COLUMN notices.rule IS 'name of the rule in writethru.toml';
COMMENT ON COLUMN notices.subject IS 'the change or edit; what needs a person, with begun, calm, still or over before it; empty for the rule itself';
COMMENT ON COLUMN notices.noted_at IS 'when it was sent or first known (UTC)';
COMMENT ON COLUMN notices.sent IS 'whether a message told of it; false for what was there when the rule began, and for what nobody was to hear of';
