-- What the story said on an aspect as of a time: the latest statement of each article that stood then.
CREATE OR REPLACE MACRO said(story_slug, aspect_name, ts) AS TABLE
SELECT c.seen_at, a.outlet, c.subject, c.value, c.status, c.attributed_to, c.sentence, c.url, c.verdict, c.claim_id
FROM derived.claim AS c
JOIN slugs AS s ON s.story_id = c.story_id AND s.slug = story_slug
JOIN (
    SELECT article_id, version_id FROM record.appearance WHERE seen_at <= ts::TIMESTAMP
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY seen_at DESC, appearance_id) = 1
) AS p ON p.version_id = c.version_id
JOIN record.article AS a ON a.article_id = c.article_id
WHERE c.aspect = aspect_name
ORDER BY c.seen_at DESC, a.outlet, c.paragraph, c."start", c.claim_id;
COMMENT ON MACRO TABLE said IS 'What the story said on an aspect as of ts: the statements of the versions that stood then, newest first';
