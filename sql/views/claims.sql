-- One row a statement of one version on one aspect of a watched story.
CREATE OR REPLACE VIEW claims AS
SELECT c.claim_id, c.story_id, s.slug, c.aspect, c.article_id, c.version_id, c.url, c.seen_at, c.subject, c.value, c.status,
       c.attributed_to, c.sentence, c.kind, c.chain, c.source_kind, c.hedge, c.confidence, c.key, c.verdict, c.reason,
       c.paragraph, c."start", c."end"
FROM derived.claim AS c
JOIN derived.story AS s ON s.story_id = c.story_id;
COMMENT ON VIEW claims IS 'One row a statement of one version on one aspect, with what the ledger made of it (verdict, reason)';
