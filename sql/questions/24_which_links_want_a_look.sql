-- Which articles are in the story by a narrow margin, and should a person look?
SELECT slug, outlet, url, round(score, 2) AS score, reason, runner_up
FROM story_articles WHERE review
ORDER BY score, url;
