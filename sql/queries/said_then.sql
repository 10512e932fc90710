-- Grain: one row a statement of a story that stood at a moment, as the macro `said` gives it.
SELECT seen_at, outlet, subject, value, status, attributed_to, sentence, url, claim_id FROM said($slug, $aspect, $at);
