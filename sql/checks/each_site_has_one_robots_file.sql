-- Each site has one robots.txt.
SELECT origin, count(*) AS times FROM record.robots GROUP BY origin HAVING count(*) > 1;
