-- What did each outlet's pages say on the plan's details on 23 November, and what do they say at the end?
SELECT coalesce(t.outlet, n.outlet) AS outlet, t.value AS said_then, n.value AS says_now
FROM (SELECT outlet, arg_max(value, seen_at) AS value FROM said('us-28-point-plan', 'plan details', TIMESTAMP '2025-11-23 23:59')
      WHERE value LIKE '% point' GROUP BY outlet) AS t
FULL JOIN (SELECT outlet, arg_max(value, seen_at) AS value FROM said('us-28-point-plan', 'plan details', TIMESTAMP '2026-01-01')
      WHERE value LIKE '% point' GROUP BY outlet) AS n ON n.outlet = t.outlet
ORDER BY outlet;
