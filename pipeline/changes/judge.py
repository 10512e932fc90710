"""From a matched page to findings: each fresh sentence is routed, its figures and its statement are judged, its entries made.

Order within a sentence: figures first, each under its own key; the sentence as a statement only where no figure spoke for it,
or where another clause says a thing of its own.
"""

import math
from collections.abc import Set
from dataclasses import dataclass, replace
from datetime import datetime

from pipeline import words
from pipeline.changes.again import again, as_heard, days_named, heard_entry, may_lag, not_again
from pipeline.changes.against import Near, Scene
from pipeline.changes.clash import Spoken, bounds_in, clashing
from pipeline.changes.correcting import Corrections
from pipeline.changes.decide import StatementClaim, Verdict, decide_changes
from pipeline.changes.entries import Entry, Heard
from pipeline.changes.reading import Finding, Page, Reading
from pipeline.changes.shelf import Shelf
from pipeline.changes.speaking import speaker_after, voiced, written_at
from pipeline.changes.thing import FigureClaim
from pipeline.claims import (
    HEADLINE,
    AspectProfile,
    Context,
    Figure,
    Fit,
    Setting,
    Statement,
    Tied,
    Unit,
    Usage,
    Weighed,
    is_note,
    own_scores,
    read_figures,
    read_statement,
    read_unit,
    route,
    tie,
    weigh,
)
from pipeline.claims.attribution import attribute
from pipeline.claims.clauses import main_clause
from pipeline.claims.figures import past_day
from pipeline.claims.lexicon import cue_words, say_words
from pipeline.claims.parties import NOBODY, Parties, Party
from pipeline.claims.profile import features
from pipeline.claims.routing import ENOUGH
from pipeline.claims.statements import clause_span, read_states
from pipeline.claims.subject import subject_of
from pipeline.model import ChangeKind

FOCUS_AT, FOCUS_SHARE = 1.0, 0.5  # a headline's own score on its aspect, and what any other may have of it
ALIKE = 0.3  # overlap from which an earlier statement draws a new one to its aspect
ENOUGH_WORDS = 8  # words that the shown part of a long sentence has at least
DEEP = 6  # paragraphs of a new report from which a figure that is new moves nothing
TWIN = 0.95  # shares from which a sentence that earned no line is the same as an earlier one
KEEP_AT = -4.0  # worth from which a statement is kept at all, for later edits and conflicts
SETTLED = frozenset({"will", "must", "shall"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sentence stands while it is judged."""

    page: Page
    scene: Scene
    context: Context
    focus: int | None  # aspect that the whole article is on
    given: set[str]  # values that the report has given so far
    told: dict[str, tuple[str, str]]  # key -> source and value of the first figure that the report has given under it
    added: bool  # the article was known before
    elsewhen: bool  # the sentence before told of a time before the story
    when: datetime  # the outlet's time, else when it was seen
    heard: Heard | None = None  # what the sentence told before, word for word
    party: Party = NOBODY  # who acts and speaks in it


class Judge:
    """The part of the ledger that reads sentences; it adds to the shelf and to the word counts."""

    def __init__(self, profiles: tuple[AspectProfile, ...], usage: Usage, shelf: Shelf, corrections: Corrections | None = None):
        self.profiles, self.usage, self.shelf = profiles, usage, shelf
        self.corrections = corrections or Corrections()

    def judge(self, page: Page, scene: Scene, outlet: str, outlets: Set[str], stock: dict[str, str]) -> list[Finding]:
        """Findings of a page in the order of the text, the headline's last."""
        title = next((own_scores(u, self.profiles, self.usage) for u in page.units if u.paragraph == HEADLINE), ())
        place = Place(
            page,
            scene,
            Context(title=title),
            self._focus(page),
            set(),
            {},
            page.known,
            False,
            page.report.published_at or page.report.seen_at,  # of the report; of a sentence see `written_at`
        )
        findings: list[Finding] = []
        last, speaker, parties = None, "", Parties()
        for i, unit in enumerate(page.units):
            same = last is not None and unit.paragraph == last.paragraph
            context = replace(place.context, same_paragraph=same) if same else Context(title, previous=place.context.previous)
            aspect, party = page.kept[i].aspect if i in page.kept else -1, parties.read(unit, self.usage)
            if i in page.fresh:
                reading = page.fresh[i]
                reading.attribution = attribute(unit, outlet, speaker, outlets)
                speaker = speaker_after(unit, reading.attribution, speaker)
                where = replace(place, context=context, when=written_at(reading, page), party=party)
                told = [] if self._says_nothing(page, unit, stock) else self._read_one(reading, where)
                self.shelf.heard.setdefault(as_heard(unit), Heard())
                findings += told
                self.usage.count(unit)
                aspect = reading.held.aspect
            own = own_scores(unit, self.profiles, self.usage)
            previous = aspect if aspect >= 0 else None
            elsewhen = past_day(unit, place.when) is not None
            place, last = replace(place, context=Context(title, own, context.before, previous, True), elsewhen=elsewhen), unit
        return findings

    def _focus(self, page: Page) -> int | None:
        """The aspect that the headline is firmly on, if it leads by far: then the whole article is."""
        title = next((u for u in page.units if u.paragraph == HEADLINE), None)
        if title is None:
            return None
        best, *rest = route(title, self.profiles, self.usage, Context())
        clear = best.hold == 2 and best.own >= FOCUS_AT and not self.profiles[best.aspect].pure
        return best.aspect if clear and all(f.own <= FOCUS_SHARE * best.own for f in rest) else None

    @staticmethod
    def _says_nothing(page: Page, unit: Unit, stock: dict[str, str]) -> bool:
        """Whether a sentence makes no claim: a note, background, or one that another article of the outlet carried."""
        first = stock.get(unit.normal)
        return is_note(unit.text) or unit.background or (first is not None and first != page.report.article_id)

    def _read_one(self, reading: Reading, place: Place) -> list[Finding]:
        """The findings of one fresh sentence; of one that the story has heard word for word, that it says so again."""
        known = self.shelf.heard.get(as_heard(reading.unit))
        days = days_named(reading.unit, place.when) if known is None or known.dated else (False, frozenset())
        if known is not None and known.dated and days[1] - known.ahead:
            known = None  # the same words of another day: "tomorrow"
        if known is not None and reading.was is None and not any(may_lag(t.entry, self.shelf) for t in known.tellings):
            place.given.update(t.value for t in known.tellings if t.key)
            return again(reading, known, place.scene, self.shelf)
        findings = self._judge_one(reading, replace(place, heard=known))
        if known is None:
            told = tuple(f.telling for f in findings)
            self.shelf.heard[as_heard(reading.unit)] = Heard(reading.held.aspect, told, *days)
        return findings

    def _judge_one(self, reading: Reading, place: Place) -> list[Finding]:
        """The findings of one fresh sentence that was not heard before, or that may stand against what is newer."""
        unit, headline = reading.unit, reading.unit.paragraph == HEADLINE
        figures = self.corrections.figures(unit.text, read_figures(unit, place.when))
        if headline:
            figures = tuple(f for f in figures if f.value not in place.given)
        place.given.update(f.value for f in figures)
        statement = read_statement(unit, frozenset(f.value for f in figures if not f.old), place.when)
        statement = self.corrections.dates(unit.text, statement, place.when)
        near = self.shelf.near(statement, self.profiles, self.usage)
        telling = (settled(statement) or statement.acts) and not headline
        context = replace(
            place.context,
            title=() if headline else place.context.title,
            stance=bool(statement.states or statement.acts),
            focus=place.focus if telling else None,
        )
        place = replace(place, context=context, scene=voiced(place.scene, reading.attribution))
        fits = route(unit, self.profiles, self.usage, context, bool(statement.ahead), _kin(near))
        home = reading.was.aspect if reading.was is not None and reading.was.aspect >= 0 else None
        around = tuple(f.score for f in sorted(fits, key=lambda f: f.aspect))
        setting = Setting(place.context, near[0].contained if near else 0.0, place.added, place.party)
        everything = weigh(unit, statement, fits, self.profiles, self.usage, setting)
        worth = {w.fit.aspect: w.worth for w in everything}
        tied = tie(unit, figures, self.profiles, self.usage, around, home, worth)
        findings = [self._judge_figure(reading, t, figures, place, worth[t.aspect]) for t in tied]
        findings = self._against_absence(unit, statement, findings, near, place.scene)
        idle = {t.figure for t, f in zip(tied, findings, strict=True) if f.verdict.kind is None and t.figure.describes}
        if idle:  # "has rejected the 12-point plan": the number only names the plan, the sentence is free to tell
            tied = tuple(t for t in tied if t.figure not in idle)
            statement = replace(statement, figures=statement.figures - {figure.value for figure in idle})
        weighed = tuple(w for w in everything if not self.profiles[w.fit.aspect].pure)
        best = self._aspect(reading, fits, weighed, home, place.context, bool(statement.ahead))
        if best is None:
            return findings
        reading.held.aspect = best.fit.aspect
        if tied and not self._stands_apart(unit, best.fit, tied):
            return findings
        findings.append(self._judge_statement(reading, statement, best, near, place))
        for second in () if tied else self._second(reading, best, weighed):
            findings.append(self._judge_statement(reading, statement, second, near, place))
        return findings

    def _second(self, reading: Reading, best: Weighed, weighed: tuple[Weighed, ...]) -> list[Weighed]:
        """The other aspect on which the earlier form of an edited sentence told. A fresh one tells on its best aspect alone:
        measured, a second one was wrong three times of four."""
        told = {e.aspect for e in self._said_before(reading) if e.statement is not None and e.line >= 0}
        return [w for w in weighed if w.fit.aspect != best.fit.aspect and w.fit.aspect in told][:1]

    # ---- routing ---------------------------------------------------------------------------------------------------------

    def _aspect(
        self,
        reading: Reading,
        fits: tuple[Fit, ...],
        weighed: tuple[Weighed, ...],
        home: int | None,
        context: Context,
        ahead: bool,
    ) -> Weighed | None:
        """The aspect of a sentence: that of its edited clause, else where its earlier form stood, else the one most worth."""
        part = _changed_part(reading)
        if part is not None:
            best = route(part, self.profiles, self.usage, context, ahead)[0]
            if best.usable and best.own >= ENOUGH and not self.profiles[best.aspect].pure:
                return next(w for w in weighed if w.fit.aspect == best.aspect)
        if home is not None:
            known = next(f for f in fits if f.aspect == home)
            return next((w for w in weighed if w.fit.aspect == home), Weighed(known, 0.0))
        return next((w for w in weighed if w.worth >= KEEP_AT), None)

    def _stands_apart(self, unit: Unit, best: Fit, tied: tuple[Tied, ...]) -> bool:
        """Whether a sentence whose figures went elsewhere says a thing of its own on an aspect, in a clause without them."""
        if any(t.aspect == best.aspect for t in tied):
            return False
        taken, profile = {t.figure.clause for t in tied}, self.profiles[best.aspect]
        row = tuple(w for w in unit.words if w.clause not in taken and not w.aside)
        tells = any(w.low in cue_words("modal") for w in row) or bool(read_states(replace(unit, words=row)))
        return tells and any(f in profile.anchors for w in row for f in features(w))

    # ---- figures ---------------------------------------------------------------------------------------------------------

    def _judge_figure(self, reading: Reading, tied: Tied, beside: tuple[Figure, ...], place: Place, worth: float) -> Finding:
        scene = place.scene
        figure, key = tied.figure, self.shelf.same_key(tied, beside)
        old = [e for e in self._said_before(reading) if e.key and e.aspect == tied.aspect and e.unit == figure.unit]
        untouched = any(e.value == figure.value for e in old)
        replaced = None if untouched else _replaced(old, key)
        key = replaced.key if replaced is not None else key
        profile = self.profiles[tied.aspect]
        edited = reading.was is not None
        root, value = place.told.setdefault(key, (scene.root, figure.value))
        again = root == scene.root and value != figure.value
        second = again and not _is_alternative(reading.unit, figure) and not _counts_itself(reading.unit, figure)
        claim = FigureClaim(
            figure,
            profile,
            reading.unit,
            edited,
            untouched,
            replaced,
            labelled=_is_field(reading.unit),
            sure=tied.sure,
            bearer=tied.bearer,
            worth=worth,
            second=second,
            deep=not place.added and reading.unit.paragraph >= DEEP,
        )
        verdict = decide_changes(claim, self.shelf.values(key), scene)
        verdict = not_again(verdict, tied, place.heard, edited, self.shelf)
        start, end = clause_span(reading.unit, figure.start, figure.end)
        entry = self._enter_figure(reading, tied, key, verdict, place)
        if replaced is not None and scene.noted and entry >= 0:
            replaced.retracted = True
        return Finding(
            reading,
            tied.aspect,
            verdict,
            "quantity",
            tied.subject,
            figure.value,
            start,
            end,
            entry,
            min(1.0, tied.strength),
            key=key,
            hedge=figure.hedge,
        )

    def _against_absence(
        self, unit: Unit, statement: Statement, findings: list[Finding], near: tuple[Near, ...], scene: Scene
    ) -> list[Finding]:
        """The figures of a sentence that gives a bound of which another source says that it is not there."""
        if not findings or not bounds_in(unit.text)[1] or any(f.verdict.kind is ChangeKind.CONFLICT for f in findings):
            return findings
        clash = clashing(Spoken(unit.text, statement, turned=True), near, (), scene, self.usage.belongs)
        if clash is None:
            return findings
        first, *rest = findings
        against = Verdict("conflict", clash[1], ChangeKind.CONFLICT, clash[0], first.verdict.same, 3.0)
        return [replace(first, verdict=against), *rest]

    def _said_before(self, reading: Reading) -> list[Entry]:
        """The entries of the sentence that a fresh one replaced."""
        return [self.shelf.entries[n] for n in reading.was.entries] if reading.was is not None else []

    def _enter_figure(self, reading: Reading, tied: Tied, key: str, verdict: Verdict, place: Place) -> int:
        """The number of the entry that a figure belongs to; a new one if it earned a line."""
        scene, entry = place.scene, verdict.same
        if entry is None and place.heard is not None:
            entry = heard_entry(tied, place.heard, self.shelf)
        if entry is not None:
            entry.take_up(scene.root, scene.at, entry.number in scene.mine)
            entry.lagging = entry.lagging or verdict.kind is ChangeKind.CONFLICT
        elif verdict.kind is not None and place.heard is None:
            start, end = clause_span(reading.unit, tied.figure.start, tied.figure.end)
            entry = self.shelf.add_figure(tied, key, reading.unit.text, reading.unit.text[start:end], scene)
            entry.moved = verdict.before is not None
        else:
            return -1
        reading.held.entries = (*reading.held.entries, entry.number)
        return entry.number

    # ---- statements --------------------------------------------------------------------------------------------------------

    def _judge_statement(
        self, reading: Reading, statement: Statement, weighed: Weighed, near: tuple[Near, ...], place: Place
    ) -> Finding:
        unit, best, around = reading.unit, weighed.fit, near
        profile = self.profiles[best.aspect]
        near = tuple(n for n in around if n.entry.aspect == best.aspect)
        was, voice_only = self._before_edit(reading, place.page.report.published_at or place.page.report.seen_at)
        claim = StatementClaim(
            statement,
            profile,
            unit,
            weighed.worth,
            subject=subject_of(unit),
            was=was,
            was_entry=_statement_of(self._said_before(reading), best.aspect),
            headline=unit.paragraph == HEADLINE,
            voice_only=voice_only,
            beyond=tuple(n for n in around if n.entry.aspect != best.aspect),
            figures=self.shelf.standing() if bounds_in(unit.text)[0] else (),
            belongs=self.usage.belongs,
        )
        verdict = decide_changes(claim, near, place.scene)
        verdict = not_again(verdict, best, place.heard, was is not None, self.shelf)
        twin = next((n.entry for n in near[:3] if min(n.contained, n.overlap) >= TWIN), None)
        entry = self._enter_statement(reading, statement, best, verdict, twin, place)
        start, end = _telling_part(reading)
        return Finding(
            reading,
            _where(verdict, weighed),
            verdict,
            _kind(statement),
            subject_of(unit),
            "; ".join(sorted(statement.dates)),
            start,
            end,
            entry,
            1 / (1 + math.exp(-weighed.worth)),  # against telling nothing
            status=", ".join(sorted(statement.states)),
            loose=best.hold < 2,
        )

    @staticmethod
    def _before_edit(reading: Reading, when: datetime) -> tuple[Statement | None, bool]:
        """What an edited sentence said before, and whether the edit left what the report itself tells."""
        if reading.was is None:
            return None, False
        old = read_unit(reading.was.text, reading.was.paragraph, 0)
        figures = frozenset(f.value for f in read_figures(old, when) if not f.old)
        return read_statement(old, figures, when), _told(reading.unit) == _told(old)

    def _enter_statement(
        self, reading: Reading, statement: Statement, best: Fit, verdict: Verdict, twin: Entry | None, place: Place
    ) -> int:
        """The number of the entry that a statement belongs to; what earned no line is kept too, once, for later edits."""
        scene = place.scene
        entry = verdict.same if verdict.same is not None or verdict.kind is not None else twin
        if entry is None and place.heard is not None:
            entry = heard_entry(best, place.heard, self.shelf)
        if entry is not None:
            entry.take_up(scene.root, scene.at, entry.number in scene.mine)
            entry.lagging = entry.lagging or verdict.kind is ChangeKind.CONFLICT
        elif place.heard is not None:
            return -1
        else:
            entry = self.shelf.add_statement(best.aspect, statement, reading.unit.text, subject_of(reading.unit), scene)
            if verdict.kind is not None:
                self.usage.learn(reading.unit, best.aspect)
        reading.held.entries = (*reading.held.entries, entry.number)
        return entry.number


def settled(statement: Statement) -> bool:
    """Whether a statement says that something is so or will be, beyond describing."""
    firm = statement.negated or bool(SETTLED & statement.modals)
    return bool(statement.states or statement.figures or statement.ahead) or firm


def _kin(near: tuple[Near, ...]) -> dict[int, float]:
    """How much a sentence shares with what earned a line, by aspect."""
    found: dict[int, float] = {}
    for n in near:
        if n.entry.line >= 0 and n.overlap >= ALIKE:
            found[n.entry.aspect] = max(found.get(n.entry.aspect, 0.0), n.overlap)
    return found


def _statement_of(old: list[Entry], aspect: int) -> Entry | None:
    """The statement that a sentence was, on this aspect if it told on several."""
    told = [e for e in old if e.statement is not None]
    return next((e for e in told if e.aspect == aspect), told[0] if told else None)


def _replaced(old: list[Entry], key: str) -> Entry | None:
    """The figure of the earlier sentence that a figure took the place of: the one under its key, else the only one."""
    exact = [e for e in old if e.key == key]
    return exact[0] if exact else old[0] if len(old) == 1 else None


def _changed_clauses(reading: Reading) -> set[int]:
    """The clauses of an edited sentence that hold words which its earlier form lacked."""
    old = set(reading.was.normal.split()) if reading.was is not None else set()
    return {w.clause for w in reading.unit.words if w.low not in old}


def _changed_part(reading: Reading) -> Unit | None:
    """An edited sentence cut down to the clauses with new words, if they are not the whole of it."""
    if reading.was is None:
        return None
    told = set(_told(reading.unit))
    clauses = {w.clause for w in reading.unit.words if w.clause in _changed_clauses(reading) and w.low in told}
    row = tuple(w for w in reading.unit.words if w.clause in clauses)
    return replace(reading.unit, words=row) if row and len(row) < len(reading.unit.words) else None


def _telling_part(reading: Reading) -> tuple[int, int]:
    """Offsets of what to show of a long sentence: its edited clauses, else its first one."""
    row = reading.unit.words
    if not row:
        return 0, len(reading.unit.text)
    clauses = _changed_clauses(reading) if reading.was is not None else _opening(reading.unit)
    shown = [w for w in row if w.clause in clauses] or list(row)
    return clause_span(reading.unit, shown[0].start, shown[-1].end)


def _opening(unit: Unit) -> set[int]:
    """The clauses up to the first verb, and on until there is enough to read."""
    row, verb = main_clause(unit)
    last = row[min(verb, len(row) - 1)].clause
    enough = unit.words[min(ENOUGH_WORDS, len(unit.words)) - 1].clause
    return set(range(unit.words[0].clause, max(last, enough) + 1))


def _told(unit: Unit) -> list[str]:
    """The words of a unit that are the report's own: no quotation, and no clause that only names who says it."""
    naming = {w.clause for w in unit.words if w.source}
    naming = {c for c in naming if any(w.low in say_words() for w in unit.words if w.clause == c)}
    if len(naming) == len({w.clause for w in unit.words}):
        naming = set()
    return [w.low for w in unit.words if not w.quoted and not w.source and w.clause not in naming]


def _is_alternative(unit: Unit, figure: Figure) -> bool:
    """Whether a figure is the other one of "28 points, or 26"."""
    return figure.at > 0 and unit.words[figure.at - 1].low in {"or", "not"}


def _counts_itself(unit: Unit, figure: Figure) -> bool:
    """Whether somebody with an office stands before the figure who may count for himself: "his office counts 211 dead"."""
    return any(w.low in words.lookup("roles") for w in unit.words[: figure.at])


def _is_field(unit: Unit) -> bool:
    """Whether a unit is a field of a list: "Missing: 143"."""
    return ":" in unit.text and len(unit.words) <= 6


def _where(verdict: Verdict, weighed: Weighed) -> int:
    """The aspect of a finding: a conflict belongs where a line has told the other side, so that both are read together."""
    other = verdict.before if verdict.kind is ChangeKind.CONFLICT else None
    return other.aspect if other is not None and other.line >= 0 else weighed.fit.aspect


def _kind(statement: Statement) -> str:
    if statement.states:
        return "status"
    if statement.dates:
        return "date"
    return "quote" if statement.quoted else "statement"
