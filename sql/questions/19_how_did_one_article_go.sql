-- What happened to one article, by any address that it has had?
SELECT h.seen_at, h.event, h.seq, h.reason
FROM (SELECT arg_max(url, times_changed) AS url FROM articles) AS most, LATERAL (FROM history(most.url)) AS h
ORDER BY h.seen_at, h.event DESC, h.id;
