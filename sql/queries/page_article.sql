-- Grain: one row, the article asked for, as page_articles has it.
SELECT a.article_id, a.outlet, a.url, v.headline AS title, a.first_seen_at, a.last_seen_at, a.status
FROM record.article AS a JOIN record.version AS v ON v.version_id = a.head_version_id
WHERE starts_with(a.article_id, $article_id);
