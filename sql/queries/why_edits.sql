-- Grain: one row an edit of a revision.
SELECT edit_id, kind, meaningful, reason FROM derived.edit WHERE revision_id = $revision_id ORDER BY ordinal;
