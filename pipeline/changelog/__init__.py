"""The change log as Markdown, HTML, JSON, CSV and feeds: view values in, texts out. Pure but for `site`, which writes them."""
