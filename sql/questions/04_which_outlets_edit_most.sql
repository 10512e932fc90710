-- Which outlets edit most, how soon, and how silently?
SELECT outlet, articles, edited_articles, meaningful_edits, silent_edits, median_minutes_to_edit FROM outlet_edits
ORDER BY meaningful_edits DESC, outlet;
