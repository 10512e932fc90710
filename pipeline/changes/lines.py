"""Findings written down: the claims with their verdicts, and the lines that the log shows. Restraint is here."""

from dataclasses import replace
from datetime import datetime

from pipeline.changes.decide import LAGS_FROM, LAGS_TO, Verdict, line
from pipeline.changes.entries import Entry
from pipeline.changes.reading import Finding, Page, Reading
from pipeline.changes.shelf import Shelf
from pipeline.claims.attribution import root_of
from pipeline.claims.figures import MONEY
from pipeline.model import Change, ChangeKind, Claim, Report, Watch, ident

SHORT = 160  # characters: of a longer sentence the line shows the clause that tells
UNCLEAR = "knowledge.unclear"
KNOWN_NOW = 2.8  # rank of a line that says what was unclear before
STILL_SAID, LEFT_BEHIND = "no longer said here, and another report still says it", 2.0
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
    """Beside what an article took back, that another report still says it; `mine`: entries of the article."""
    out = []
    for f in findings:
        out.append(f)
        before = f.verdict.before
        if before is None or before.lagging or before.holders <= (before.number in mine):
            continue
        if f.verdict.kind is ChangeKind.CORRECTED or _took_back(f, before):
            before.lagging = True
            out.append(replace(f, verdict=line(ChangeKind.CONFLICT, STILL_SAID, before, LEFT_BEHIND)))
    return out


def _took_back(f: Finding, before: Entry) -> bool:
    """Whether an edit gives another number for what does not grow by itself: no count of people, no sum that is raised."""
    edited = f.verdict.kind is ChangeKind.CHANGED and f.reading.was is not None and bool(f.key)
    return edited and before.amount is not None and before.unit != MONEY and "people" not in before.counted


def still_told(page: Page, findings: list[Finding], shelf: Shelf, mine: frozenset[int]) -> list[Finding]:
    """What an article that was brought up to date goes on saying though another source has long said otherwise: once."""
    out: list[Finding] = []
    if not page.fresh:
        return out
    now = {f.entry for f in findings}
    for i, held in page.kept.items():
        for number in held.entries:
            entry = shelf.entries[number]
            newer = _overtaken_by(entry, shelf, page.report.seen_at) if entry.key and not entry.lagging else None
            if newer is None or newer.number in mine | now:
                continue
            entry.lagging = True
            reason = f"still {entry.value} after an update, long after another report said {newer.value}"
            verdict = Verdict("conflict", reason, ChangeKind.CONFLICT, newer, entry, 2.0)
            unit = page.units[i]
            start = max(0, unit.text.find(entry.clause))
            end = start + len(entry.clause) if entry.clause in unit.text else len(unit.text)
            reading = Reading(unit, held, evidence=unit.text)
            told = (entry.subject, entry.value, start, end, number, 1.0)
            out.append(Finding(reading, entry.aspect, verdict, "quantity", *told, key=entry.key))
    return out


def _overtaken_by(entry: Entry, shelf: Shelf, at: datetime) -> Entry | None:
    """The newest value of the key, if it is another source's, stands, and was told long enough ago."""
    newest = shelf.values(entry.key)[-1]
    later = newest.number != entry.number and newest.moved and newest.sure and newest.holders > 0
    long_ago = LAGS_FROM <= at - newest.first_at <= LAGS_TO
    return newest if later and long_ago and newest.root != entry.root and newest.amount is not None else None


def answer(findings: list[Finding], gone: list[Entry]) -> list[Finding]:
    """A first statement that stands where the report said that nothing was known takes that as what was said before."""
    asked = {e.aspect: e for e in reversed(gone) if e.statement is not None and UNCLEAR in e.statement.states}
    out = []
    for f in findings:
        first = f.verdict.kind in {ChangeKind.NEW, ChangeKind.DENIED} and f.verdict.before is None and not f.key
        open_question = asked.pop(f.aspect, None) if first else None
        if open_question is not None:
            kind = ChangeKind.DENIED if f.verdict.kind is ChangeKind.DENIED else ChangeKind.CHANGED
            reason = "the report said before that this was not known"
            f = replace(f, verdict=Verdict(kind.value, reason, kind, open_question, None, KNOWN_NOW))
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


def end_of(watch: Watch, report: Report, conflict: Change, gone: Entry, stays: Entry) -> Change:
    """The line that a conflict is over: of its two sides only one is still said. Its evidence stands in another article."""
    parts = (watch.story_id, conflict.aspect, conflict.change_id, "over")
    return Change(
        change_id=ident("chg", *parts),
        aspect=conflict.aspect,
        detected_at=report.seen_at,
        url=report.url,
        article_id=report.article_id,
        version_id=report.version_id,
        kind=ChangeKind.CHANGED,
        subject=conflict.subject,
        before=gone.clause,
        after=stays.clause,
        evidence_before=gone.sentence,
        evidence_after="",
        attributed_to=stays.root if stays.root != root_of(stays.outlet) else "",
        reason=f'the conflict is over: no report says "{gone.clause}" any longer',
        rank=2.0,
        confidence=conflict.confidence,
        value_before=gone.value,
        value_after=stays.value,
        before_url=gone.url,
    )
