-- Grain: one row a decision of a person, newest first.
SELECT decision_id, made_at, kind, coalesce(made_by, '') AS made_by, coalesce(note, '') AS note, coalesce(slug, '') AS slug,
       coalesce(value, title, other_slug, '') AS value, coalesce(sentence, '') AS sentence, coalesce(change_id, '') AS change_id, holds
FROM decisions ORDER BY made_at DESC, decision_id LIMIT 500;
