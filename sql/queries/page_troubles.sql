-- Grain: one row a feed whose last fetch did not end well.
SELECT url, outlet, last_outcome AS outcome, coalesce(last_reason, '') AS reason, last_success_at AS since FROM record.feed
WHERE last_outcome NOT IN ('ok', 'not_modified') ORDER BY outlet, url;
