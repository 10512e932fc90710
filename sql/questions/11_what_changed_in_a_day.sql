-- What changed in the story within a day (here: 24 November), the most telling first?
SELECT detected_at, aspect, kind, subject, "before", "after", corroborations, attributed_to
FROM changes
WHERE slug = 'us-28-point-plan' AND detected_at >= TIMESTAMP '2025-11-24' AND detected_at < TIMESTAMP '2025-11-25'
ORDER BY rank DESC, detected_at, change_id;
