-- Which texts ever gave the size of the army in figures, from when on, and in which sentence? (Any regular expression will do.)
SELECT v.seen_at, v.outlet, v.seq, v.title, regexp_extract(v.text, '(?i)[^.\n]*\b(800,000|600,000)\b[^.\n]*') AS sentence
FROM versions AS v
WHERE regexp_matches(v.text, '(?i)\b(800,000|600,000)\b')
ORDER BY v.seen_at, v.version_id;
