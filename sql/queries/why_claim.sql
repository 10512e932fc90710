-- Grain: the claim behind a change.
SELECT chain, confidence, source_kind, hedge FROM derived.claim WHERE claim_id = $claim_id;
