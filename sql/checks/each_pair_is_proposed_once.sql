-- Each pair of stories is proposed once.
SELECT least(story_id, other_story_id) AS one, greatest(story_id, other_story_id) AS other, count(*) AS times FROM record.proposal
GROUP BY ALL HAVING count(*) > 1;
