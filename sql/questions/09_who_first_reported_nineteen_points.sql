-- Who first reported 19 points, and who followed, how much later?
SELECT outlet, min(seen_at) AS first_seen, min(seen_at) - min(min(seen_at)) OVER () AS later_by,
       regexp_extract(arg_min(text, seen_at), '(?i)[^.\n]*\b19[- ]points?\b[^.\n]*') AS sentence, arg_min(url, seen_at) AS url
FROM versions
WHERE regexp_matches(text, '(?i)\b19[- ]points?\b')
GROUP BY outlet ORDER BY first_seen, outlet;
