-- Which looks were no articles, and why?
SELECT seen_at, kind, reason, url FROM quarantine ORDER BY seen_at, url;
