-- What stands, but is contested, and who says otherwise?
SELECT s.aspect, s.subject, s."now", s.outlet AS said_by, o ->> 'outlet' AS against, o ->> 'value' AS their_value,
       CASE WHEN (o ->> 'lags')::BOOLEAN THEN 'has not moved' ELSE 'says otherwise' END AS how
FROM standing AS s, unnest(from_json(s.contested, '["JSON"]')) AS c(o)
WHERE s.slug = 'us-28-point-plan'
ORDER BY s.aspect, s.subject, against, their_value;
