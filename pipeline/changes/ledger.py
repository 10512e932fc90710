"""The ledger of one watched story: takes its reports in time order and says what each brings.

    report ── sentences ── fresh | kept | gone (against the article's last text)        reading
      fresh ── routed ── figures and statement against what was said ── decide_*        judge, decide
      findings ── restrained ── claims and lines of the log                             lines
      what the article no longer says stops standing                                    here

Deterministic and without a clock: time is the report's. Between runs it is kept in pieces by `dump` and `load`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.changes.again import as_heard
from pipeline.changes.against import Scene
from pipeline.changes.correcting import Corrections
from pipeline.changes.entries import Entry, Reported
from pipeline.changes.judge import Judge
from pipeline.changes.keeping import dump_ledger, load_ledger
from pipeline.changes.lines import answer, change_of, claim_of, end_of, left_behind, restrain, still_told, withdrawal_of
from pipeline.changes.reading import Finding, Page, read_page
from pipeline.changes.shelf import Shelf
from pipeline.changes.standing import Standing, what_stands
from pipeline.claims import Usage, build_profiles, is_note
from pipeline.claims.attribution import root_of
from pipeline.model import Change, ChangeKind, Claim, HumanDecision, Report, Watch
from pipeline.pieces import Changes, Kept, Pieces

JUDGED = (None, "en")  # languages whose words the ledger has; a report in another one is remembered and not judged
REWRITTEN = 0.5  # share of kept sentences below which an article was rewritten, so that what went proves nothing


@dataclass(frozen=True, slots=True)
class LedgerStep:
    """What one report brought."""

    claims: tuple[Claim, ...]
    changes: tuple[Change, ...]


class Ledger:
    """Everything that a story's reports have said on its aspects, and the lines of its change log."""

    def __init__(self, watch: Watch, corrections: Sequence[HumanDecision] = ()):
        self.watch = watch
        self.corrections = Corrections(corrections)
        self.profiles = build_profiles(watch)
        self.usage = Usage()
        self.shelf = Shelf()
        self.articles: Kept[str, Reported] = Kept()
        self.outlets: set[str] = set()  # names of all outlets so far, compared forms
        self.stock: Kept[tuple[str, str], str] = Kept()  # outlet, compared form of a sentence -> the article that had it first
        self.lines: list[Change] = []
        self.ids: set[str] = set()  # of the lines
        self.sides: list[tuple[int, int]] = []  # of each line: its entry and the one it stands against, -1 = none
        self.saved: dict[str, dict[int, bytes]] = {}  # the pieces that are read at once, as they are kept
        self.marks: list[object] = []  # what may change of each entry, as it is kept

    def read(self, report: Report) -> LedgerStep:
        """Takes a version of an article and says what it claims and what that changes."""
        before = self.articles.get(report.article_id)
        page = read_page(report, before)
        self.shelf.heard.want(as_heard(unit) for unit in page.units)
        self.stock.want((report.outlet, unit.normal) for unit in page.units)
        findings: list[Finding] = []
        if self.profiles and report.language in JUDGED:
            left = [self.shelf.entries[n] for held in page.gone for n in held.entries]
            findings = left_behind(answer(restrain(self._judge(page, before)), left), _own(before))
            findings += still_told(page, findings, self.shelf, _own(before))
        claims, changes = self._write(report, findings)
        gone, over = self._settle(page, before)
        taken = {f.verdict.before.number for f in findings if f.verdict.before is not None}
        ended = self._end(report, [e for e in over if e.number not in taken])
        settled = {number for _, number in ended}
        changes += [change for change, _ in ended]
        changes += self._withdraw(page, [e for e in gone if e.number not in taken | settled])
        return LedgerStep(tuple(claims), tuple(changes))

    def _judge(self, page: Page, before: Reported | None) -> list[Finding]:
        report = page.report
        source = self.articles.get(report.copy_of or "")
        told_by = report.copy_outlet or (source.outlet if source else "")
        outlet = told_by or report.outlet  # a copy speaks with its source's voice
        noted = before is not None and any(is_note(r.unit.text) and r.was is None for r in page.fresh.values())
        told_at = min(report.published_at or report.seen_at, report.seen_at) if before is None else report.seen_at
        scene = Scene(report.seen_at, report.article_id, root_of(outlet), noted, _own(before), told_at)
        judge = Judge(self.profiles, self.usage, self.shelf, self.corrections)
        found = ((unit.normal, self.stock.get((report.outlet, unit.normal))) for unit in page.units)
        return judge.judge(page, scene, outlet, self.outlets, {normal: first for normal, first in found if first})

    def _write(self, report: Report, findings: list[Finding]) -> tuple[list[Claim], list[Change]]:
        claims: list[Claim] = []
        changes: list[Change] = []
        for f in findings:
            entry = self.shelf.entries[f.entry] if f.entry >= 0 else None
            if entry is not None and not entry.outlet:
                entry.outlet, entry.url = report.outlet, report.url
            claim = claim_of(self.watch, report, f)
            if not claims or claims[-1].claim_id != claim.claim_id:  # a claim may earn a second line
                claims.append(claim)
            if f.verdict.kind is not None:
                change = change_of(self.watch, report, f, f.verdict.kind, claim)
                if entry is not None and entry.line < 0:
                    entry.line = len(self.lines)
                if self._add(change, f.entry, f.verdict.before.number if f.verdict.before is not None else -1):
                    changes.append(change)
        return claims, changes

    def _add(self, change: Change, entry: int, against: int) -> bool:
        """Adds a line, once: a text that comes back says nothing new by it."""
        if change.change_id in self.ids:
            return False
        self.ids.add(change.change_id)
        self.lines.append(change)
        self.sides.append((entry, against))
        return True

    def _settle(self, page: Page, before: Reported | None) -> tuple[list[Entry], list[Entry]]:
        """What the article says now stands, what it no longer says stops standing.

        Given are the entries that nobody holds any longer: those that went with nothing in their place, and all of them.
        """
        report, now = page.report, [*(r.held for r in page.fresh.values()), *page.kept.values()]
        old = {n for h in before.sentences for n in h.entries} if before else set()
        new = {n for h in now for n in h.entries}
        for n in sorted(new - old):
            self.shelf.entries[n].holders += 1
        for n in sorted(old - new):
            self.shelf.entries[n].holders -= 1
        self.articles[report.article_id] = Reported(report.article_id, report.outlet, report.version_id, now)
        self.outlets.add(compared(report.outlet))
        for reading in page.fresh.values():
            self.stock.setdefault((report.outlet, reading.held.normal), report.article_id)
        dropped = {n for h in page.gone for n in h.entries}
        over = [e for n in sorted(old - new) if (e := self.shelf.entries[n]).holders <= 0]
        return [e for e in over if e.number in dropped], over

    def _end(self, report: Report, gone: list[Entry]) -> list[tuple[Change, int]]:
        """Lines for conflicts of which one side is still said and the other no longer, with the number of the latter."""
        left = {e.number: e for e in gone}
        found: list[tuple[Change, int]] = []
        for conflict, (mine, theirs) in list(zip(self.lines, self.sides, strict=True)) if left else ():
            if conflict.kind is not ChangeKind.CONFLICT or mine < 0 or theirs < 0 or (mine in left) == (theirs in left):
                continue
            over, stays = (mine, theirs) if mine in left else (theirs, mine)
            entry = self.shelf.entries[stays]
            change = end_of(self.watch, report, conflict, left[over], entry)
            told = any(over == number for _, number in found)
            if entry.holders > 0 and not told and self._add(change, -1, over):
                found.append((change, over))
        return found

    def _withdraw(self, page: Page, gone: list[Entry]) -> list[Change]:
        """Lines for what was taken out with nothing in its place: the newest value of its key, or a state, told by a line."""
        rewritten = len(page.kept) < REWRITTEN * (len(page.kept) + len(page.gone))
        found = []
        for entry in [] if rewritten else gone:
            newest = not entry.key or self.shelf.values(entry.key)[-1].number == entry.number
            states = entry.statement is not None and bool(entry.statement.states)
            if entry.line >= 0 and newest and (entry.key or states):
                change = withdrawal_of(self.watch, page.report, entry, self.lines[entry.line])
                if self._add(change, -1, entry.number):
                    found.append(change)
        return found

    # ---- the log ---------------------------------------------------------------------------------------------------------

    def changes(self) -> list[Change]:
        """All lines in the order found, with the counts of today and the end of conflicts that are over."""
        return [self._today(i, change) for i, change in enumerate(self.lines)]

    def _today(self, i: int, change: Change) -> Change:
        entries = [self.shelf.entries[n] if n >= 0 else None for n in self.sides[i]]
        mine = entries[0]
        if change.kind is ChangeKind.CONFLICT:
            over = next((e for e in entries if e is not None and e.holders <= 0), None)
            if over is not None:
                change = replace(change, reason=f'{change.reason}; over: no report says "{over.clause}" any longer')
        if mine is None:
            return change
        return replace(change, corroborations=max(0, len(mine.roots) - 1), repeats=mine.repeats)

    def standing(self) -> list[Standing]:
        """What stands now, in the order of the aspects."""
        return what_stands([a.name for a in self.watch.aspects], self.shelf.entries, self.lines)

    def dump(self) -> Changes:
        """What the ledger knows and did not when it was loaded or last dumped, as pieces for the store."""
        return dump_ledger(self)

    @classmethod
    def load(cls, watch: Watch, pieces: Pieces, corrections: Sequence[HumanDecision] = ()) -> "Ledger":
        """The ledger that is kept in pieces. Watch and corrections are those that it was made with; with others the story is
        read anew. Raises DumpError."""
        ledger = cls(watch, corrections)
        load_ledger(ledger, pieces)
        return ledger


def _own(before: Reported | None) -> frozenset[int]:
    """Numbers of the entries that an article held in its last text."""
    return frozenset(n for h in before.sentences for n in h.entries) if before else frozenset()


def compared(outlet: str) -> str:
    return outlet.lower().removeprefix("the ")
