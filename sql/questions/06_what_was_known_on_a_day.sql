-- What did every article say as of a moment?
SELECT outlet, title, seq, seen_at FROM as_of(TIMESTAMP '2025-11-24 12:00:00') ORDER BY outlet, title;
