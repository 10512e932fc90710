-- Grain: one row a sentence and aspect of a story, however many reports say it.
SELECT DISTINCT sentence, aspect FROM derived.claim WHERE story_id = $story_id ORDER BY sentence, aspect;
