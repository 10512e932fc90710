-- Each host that asked to wait has one row.
SELECT host, count(*) AS times FROM record.hold GROUP BY host HAVING count(*) > 1;
