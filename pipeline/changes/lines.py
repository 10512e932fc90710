"""Findings written down: the claims with their verdicts, and the lines that the log shows. Restraint is here."""

from dataclasses import replace

from pipeline.changes.decide import Verdict, line
from pipeline.changes.entries import Entry
from pipeline.changes.reading import Finding
from pipeline.model import Change, ChangeKind, Claim, Report, Watch, ident

SHORT = 160  # characters: of a longer sentence the line shows the clause that tells
UNCLEAR = "knowledge.unclear"
KNOWN_NOW = 2.8  # rank of a line that says what was unclear before
STILL_SAID, LEFT_BEHIND = "corrected here, and another report still says what was corrected", 2.0
PLAIN_LINES = 2  # first statements without a state or date that one report may add to an aspect


def restrain(findings: list[Finding]) -> list[Finding]:
    """One line a figure; of the first statements that move nothing only the best of each aspect. The rest are folded."""
    kept, folded = _best(findings)
    seen: set[tuple[str, str]] = set()
    out = []
    for f in findings:
        if id(f) in folded:
            f = replace(f, verdict=Verdict("folded", "a lesser statement of a report that gave this aspect better lines"))
        elif id(f) in kept:
            reason = f"{f.verdict.reason}; {kept[id(f)]} lesser of this report folded"
            f = replace(f, verdict=replace(f.verdict, reason=reason))
        elif f.verdict.kind is not None and f.key:
            if (f.key, f.value) in seen:
                f = replace(f, verdict=Verdict("repeats", "the same report gives the figure twice"))
            seen.add((f.key, f.value))
        out.append(f)
    return out


def _best(findings: list[Finding]) -> tuple[dict[int, int], set[int]]:
    """The best plain first statement of each aspect with the number folded under it, and those folded."""
    plain: dict[int, list[Finding]] = {}
    for f in findings:
        if (f.loose or f.kind in {"statement", "quote"}) and f.verdict.kind is ChangeKind.NEW:
            plain.setdefault(f.aspect, []).append(f)
    ranked = [sorted(group, key=lambda f: (-f.verdict.rank, f.reading.unit.paragraph)) for group in plain.values()]
    long = [group for group in ranked if len(group) > PLAIN_LINES]
    return {id(g[0]): len(g) - PLAIN_LINES for g in long}, {id(f) for g in long for f in g[PLAIN_LINES:]}


def left_behind(findings: list[Finding], mine: frozenset[int]) -> list[Finding]:
    """Beside a correction under a note, that another report still says what was corrected; `mine`: entries of the article."""
    out = []
    for f in findings:
        out.append(f)
        before = f.verdict.before
        if f.verdict.kind is not ChangeKind.CORRECTED or before is None or before.lagging:
            continue
        if before.holders > (before.number in mine):
            before.lagging = True
            out.append(replace(f, verdict=line(ChangeKind.CONFLICT, STILL_SAID, before, LEFT_BEHIND)))
    return out


def answer(findings: list[Finding], gone: list[Entry]) -> list[Finding]:
    """A first statement that stands where the report said that nothing was known takes that as what was said before."""
    asked = {e.aspect: e for e in reversed(gone) if e.statement is not None and UNCLEAR in e.statement.states}
    out = []
    for f in findings:
        open_question = asked.pop(f.aspect, None) if f.verdict.kind is ChangeKind.NEW and not f.key else None
        if open_question is not None:
            reason = "the report said before that this was not known"
            f = replace(f, verdict=Verdict("changed", reason, ChangeKind.CHANGED, open_question, None, KNOWN_NOW))
        out.append(f)
    return out


def claim_of(watch: Watch, report: Report, f: Finding) -> Claim:
    """A finding as a claim, whatever became of it."""
    unit, who, aspect = f.reading.unit, f.reading.attribution, watch.aspects[f.aspect].name
    parts = (watch.story_id, aspect, report.version_id, unit.paragraph, unit.start, f.key, f.value, f.start)
    return Claim(
        claim_id=ident("clm", *parts),
        aspect=aspect,
        article_id=report.article_id,
        version_id=report.version_id,
        url=report.url,
        seen_at=report.seen_at,
        kind=f.kind,
        subject=f.subject,
        value=f.value,
        status=f.status,
        attributed_to=who.named,
        chain=who.chain,
        sentence=unit.text,
        paragraph=unit.paragraph,
        start=unit.start,
        end=unit.end,
        hedge=f.hedge,
        source_kind=who.kind,
        confidence=round(f.confidence, 3),
        key=f.key,
        verdict=f.verdict.verdict,
        reason=f.verdict.reason,
    )


def change_of(watch: Watch, report: Report, f: Finding, kind: ChangeKind, claim: Claim) -> Change:
    """A finding that earned a line, as the line."""
    unit, before = f.reading.unit, f.verdict.before
    was = f.reading.was if kind is not ChangeKind.CONFLICT else None
    evidence = was.text if was is not None else before.sentence if before is not None else ""
    after = unit.text if len(unit.text) <= SHORT else unit.text[f.start : f.end]
    parts = (watch.story_id, claim.aspect, report.url, report.version_id, f.subject, f.key, kind, after)
    return Change(
        change_id=ident("chg", *parts),
        aspect=claim.aspect,
        detected_at=report.seen_at,
        url=report.url,
        article_id=report.article_id,
        version_id=report.version_id,
        kind=kind,
        subject=f.subject,
        before=_short(evidence, before),
        after=after,
        evidence_before=evidence,
        evidence_after=f.reading.evidence or unit.text,
        attributed_to=claim.attributed_to,
        reason=f.verdict.reason,
        claim_id=claim.claim_id,
        rank=round(f.verdict.rank, 3),
        confidence=claim.confidence,
        value_before=before.value if before is not None else "",
        value_after=f.value,
        before_url=before.url if before is not None else report.url if was is not None else "",
    )


def _short(evidence: str, before: Entry | None) -> str:
    """What was said before, short: the sentence, or its clause where it is long and the ledger knows it."""
    if before is not None and (len(evidence) > SHORT or evidence == before.sentence) and before.clause in evidence:
        return before.clause
    return evidence


def withdrawal_of(watch: Watch, report: Report, entry: Entry, said: Change) -> Change:
    """The line that nobody says any longer what an earlier line brought."""
    parts = (watch.story_id, said.aspect, report.url, report.version_id, said.subject, "withdrawn", said.change_id)
    return Change(
        change_id=ident("chg", *parts),
        aspect=said.aspect,
        detected_at=report.seen_at,
        url=report.url,
        article_id=report.article_id,
        version_id=report.version_id,
        kind=ChangeKind.WITHDRAWN,
        subject=said.subject,
        before=said.after,
        after=f"no longer said: {entry.clause}",
        evidence_before=entry.sentence,
        evidence_after="",
        attributed_to=said.attributed_to,
        reason="the report took the sentence out, and no other report says it",
        rank=2.0,
        confidence=said.confidence,
        value_before=entry.value,
        before_url=entry.url,
    )
