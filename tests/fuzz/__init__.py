"""Fuzzing of all that reads what strangers write: feeds, pages, dates, recorded observations; and of what reads settings.

`python -m fuzz` (with tests/ on the path; `make fuzz` does it) runs the five targets side by side. What was found is kept in
cases/ and tried by the normal tests for ever.
"""
