-- Grain: one row an outlet: how collecting from it goes at a time.
SELECT * FROM outlet_health($now::TIMESTAMP, followed := $followed::JSON::VARCHAR[]);
