-- Each change stands on a version of an article of its story, and its evidence is in that version.
SELECT c.change_id FROM derived.change AS c
LEFT JOIN record.version AS v ON v.version_id = c.version_id
LEFT JOIN derived.link AS l ON l.story_id = c.story_id AND l.article_id = c.article_id
WHERE v.version_id IS NULL OR l.link_id IS NULL
   OR NOT (contains(v.text, c.evidence_after) OR contains(v.headline, c.evidence_after) OR c.kind = 'withdrawn');
