"""Writethru: what changed in a story, across outlets and versions.

The journey in ten lines (module: what it turns into what):

    fetch      URL -> Fetched                    every fetch ends in one typed outcome
    feeds      bytes -> Entry                    identity, dates and links as the feed gave them
    extract    HTML -> Document                  the article without its furniture
    versions   Observation -> New | Same | Reverted | Quarantined      decide_version
    diff       (before, after) -> aligned sentences and words
    edits      Version pair -> RevisionDecision                        decide_edit
    stories    Article -> Joins | Starts | StaysApart                  decide_story
    claims     Report -> Claim                                         what it says, on which aspect
    changes    Claim + ledger -> Change                                decide_changes
    changelog  Change -> Markdown, HTML, JSON, Atom

`journey` composes them with a store, a fetcher and a clock. `grep -rn "def decide_" pipeline/` lists every judgement.
"""
