-- Grain: one row an aspect and subject of a story: what stands now.
SELECT * FROM derived.standing WHERE story_id = $story_id ORDER BY aspect, since DESC, subject, value;
