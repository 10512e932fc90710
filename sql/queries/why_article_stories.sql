-- Grain: one row a story of an article.
SELECT slug, link_id, score, reason, method FROM story_articles WHERE article_id = $article_id ORDER BY slug;
