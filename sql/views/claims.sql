-- One row a statement of one version on one aspect of a watched story.
CREATE OR REPLACE VIEW claims AS
SELECT c.claim_id, c.story_id, s.slug, c.aspect, c.article_id, c.version_id, c.url, c.seen_at, c.subject, c.value, c.status,
       c.attributed_to, c.sentence, c.kind, c.chain, c.source_kind, c.hedge, c.confidence, c.key, c.verdict, c.reason,
       c.paragraph, c."start", c."end", k.was AS corrected_from
FROM derived.claim AS c
JOIN derived.story AS s ON s.story_id = c.story_id
LEFT JOIN (
    SELECT story_id, sentence, value, was FROM record.decision
    WHERE kind = 'correct' AND decision_id NOT IN (SELECT undoes FROM record.decision WHERE undoes IS NOT NULL)
    QUALIFY row_number() OVER (PARTITION BY story_id, sentence, was ORDER BY made_at DESC, decision_id DESC) = 1
) AS k ON k.story_id = c.story_id AND k.sentence = c.sentence AND k.value = c.value;
COMMENT ON VIEW claims IS 'One row a statement of one version on one aspect, with what the ledger made of it (verdict, reason)';
COMMENT ON COLUMN claims.claim_id IS 'the claim';
COMMENT ON COLUMN claims.story_id IS 'the story';
COMMENT ON COLUMN claims.slug IS 'the story''s short name, as stories.toml gives it or made of its first title';
COMMENT ON COLUMN claims.aspect IS 'the aspect of the watched story, by name';
COMMENT ON COLUMN claims.article_id IS 'the article: one page of one outlet, followed over time';
COMMENT ON COLUMN claims.version_id IS 'the version: one observed text of an article';
COMMENT ON COLUMN claims.url IS 'the report that says it';
COMMENT ON COLUMN claims.seen_at IS 'when this program saw it (UTC)';
COMMENT ON COLUMN claims.subject IS 'what is spoken of; empty for the aspect''s main thing';
COMMENT ON COLUMN claims.value IS 'normalised value: a number with its noun, a date, a quotation; empty for a plain statement';
COMMENT ON COLUMN claims.status IS 'normalised status words such as stance.accepts; empty if none';
COMMENT ON COLUMN claims.attributed_to IS 'on whose word, as the text names them; empty if the outlet names nobody';
COMMENT ON COLUMN claims.sentence IS 'the sentence as evidence';
COMMENT ON COLUMN claims.kind IS 'quantity, date, status, quote or statement';
COMMENT ON COLUMN claims.chain IS 'sources, the nearest first, the root last';
COMMENT ON COLUMN claims.source_kind IS 'person, institution, document, unnamed official or outlet';
COMMENT ON COLUMN claims.hedge IS 'the word that takes certainty from it, as reportedly; empty if none';
COMMENT ON COLUMN claims.confidence IS 'how sure the reading is, 0 to 1';
COMMENT ON COLUMN claims.key IS 'claims with the same key are about the same quantity and can be compared; empty if not comparable';
COMMENT ON COLUMN claims.verdict IS 'what the ledger made of it: new, changed, conflict, denied, corrected, repeats, folded or suppressed';
COMMENT ON COLUMN claims.reason IS 'why it was judged so, in words';
COMMENT ON COLUMN claims.paragraph IS 'number of the paragraph, from 0; -1 for the headline';
COMMENT ON COLUMN claims."start" IS 'where the sentence begins, in characters of the text';
COMMENT ON COLUMN claims."end" IS 'where the sentence ends, in characters of the text';
COMMENT ON COLUMN claims.corrected_from IS 'the value as it was read, where a person corrected it; else NULL';
