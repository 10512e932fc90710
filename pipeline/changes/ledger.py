"""The ledger of one watched story: takes its reports in time order and says what each brings.

    report ── sentences ── fresh | kept | gone (against the article's last text)
      fresh ── paired with what it replaced ── routed ── figures and statement ── decide_* ── lines
      what the article no longer says stops standing

Deterministic and without a clock: time is the report's. Between runs it is kept as text by `dump` and `load`.
"""

from dataclasses import dataclass, replace

from pipeline.changes.decide import (
    FigureClaim,
    Near,
    Scene,
    StatementClaim,
    Verdict,
    decide_figure,
    decide_statement,
)
from pipeline.changes.dump import (
    FORMAT,
    article_of,
    article_row,
    entry_of,
    entry_row,
    line_of,
    line_row,
    pack,
    unpack,
    usage_of,
    usage_row,
)
from pipeline.changes.entries import Entry, Held, Reported
from pipeline.changes.pairing import Side, pair
from pipeline.changes.shelf import Shelf
from pipeline.changes.standing import Standing, what_stands
from pipeline.claims import (
    HEADLINE,
    AspectProfile,
    Context,
    Fit,
    Statement,
    Tied,
    Unit,
    Usage,
    build_profiles,
    clause_at,
    is_note,
    own_scores,
    read_figures,
    read_statement,
    read_unit,
    route,
    split,
    tie,
)
from pipeline.claims.lexicon import cue_words
from pipeline.claims.profile import features
from pipeline.claims.statements import read_states
from pipeline.claims.routing import ENOUGH, meanings
from pipeline.claims.attribution import Attribution, attribute, root_of
from pipeline.model import Change, ChangeKind, Claim, Report, Watch, ident

SHORT = 160  # characters: a longer sentence is shown by its clause
PLAIN_LINES = 1  # first statements without a state, figure or date that one report may add to an aspect
TELL_AT = 0.7
FOCUSED, FOCUS_AT = True, 1.0
SETTLED = frozenset({"will", "must", "shall"})


@dataclass(frozen=True, slots=True)
class LedgerStep:
    """What one report brought."""

    claims: tuple[Claim, ...]
    changes: tuple[Change, ...]


@dataclass(slots=True)
class Reading:
    """A fresh sentence on its way through the ledger."""

    unit: Unit
    held: Held
    was: Held | None = None  # the sentence that it replaced
    attribution: Attribution | None = None
    evidence: str = ""  # the sentence with those of its paragraph that go on about it


@dataclass(frozen=True, slots=True)
class Finding:
    """A judged claim, before it is written down."""

    reading: Reading
    aspect: int
    verdict: Verdict
    kind: str
    key: str
    value: str
    subject: str
    start: int
    end: int
    entry: int
    confidence: float
    status: str = ""
    hedge: str = ""


class Ledger:
    """Everything that a story's reports have said on its aspects, and the lines of its change log."""

    def __init__(self, watch: Watch):
        self.watch = watch
        self.profiles: tuple[AspectProfile, ...] = build_profiles(watch)
        self.usage = Usage()
        self.shelf = Shelf()
        self.articles: dict[str, Reported] = {}
        self.stock: dict[str, dict[str, str]] = {}  # outlet -> compared form of a sentence -> the article that had it first
        self.lines: list[Change] = []

    # ---- reading a report ------------------------------------------------------------------------------------------------

    def read(self, report: Report) -> LedgerStep:
        """Takes a version of an article and says what it claims and what that changes."""
        before = self.articles.get(report.article_id)
        year = (report.published_at or report.seen_at).year
        units = [read_unit(s, p, a, year) for s, p, a, _ in split(report)]
        readings, kept = self._match(report, before, units)
        scene = self._scene(report, before, readings)
        findings = self._judge(report, readings, units, kept, scene) if self.profiles else []
        findings = self._restrain(findings)
        claims, changes = self._write(report, findings)
        self._settle(report, before, [r.held for r in readings], kept)
        return LedgerStep(tuple(claims), tuple(changes))

    def _match(self, report: Report, before: Reported | None, units: list[Unit]) -> tuple[list[Reading], dict[int, Held]]:
        """Fresh sentences with what they replaced, and the kept ones by their place among the units."""
        old = list(before.sentences) if before else []
        by_form: dict[str, list[Held]] = {}
        for held in old:
            by_form.setdefault(held.normal, []).append(held)
        kept: dict[int, Held] = {}
        fresh: list[tuple[int, Unit]] = []
        for i, unit in enumerate(units):
            same = by_form.get(unit.normal)
            if same:
                held = same.pop(0)
                kept[i] = replace(held, paragraph=unit.paragraph, text=unit.text)
            else:
                fresh.append((i, unit))
        gone = [held for rest in by_form.values() for held in rest]
        gone.sort(key=lambda h: (h.paragraph, h.normal))
        pairs = pair([Side(u.normal, u.paragraph) for _, u in fresh], [Side(h.normal, h.paragraph) for h in gone])
        return [
            Reading(u, Held(u.text, u.normal, u.paragraph), gone[pairs[k]] if k in pairs else None)
            for k, (_, u) in enumerate(fresh)
        ], kept

    def _scene(self, report: Report, before: Reported | None, readings: list[Reading]) -> Scene:
        noted = before is not None and any(is_note(r.unit.text) and r.was is None for r in readings)
        mine = frozenset(n for h in before.sentences for n in h.entries) if before else frozenset()
        return Scene(report.seen_at, report.article_id, root_of(report.outlet), noted, mine)

    def _judge(
        self, report: Report, readings: list[Reading], units: list[Unit], kept: dict[int, Held], scene: Scene
    ) -> list[Finding]:
        """Routes and judges every fresh sentence in the order of the text, the headline last."""
        by_unit = {id(r.unit): r for r in readings}
        title = next((own_scores(u, self.profiles, self.usage) for u in units if u.paragraph == HEADLINE), ())
        outlets = frozenset(a.outlet.lower().removeprefix("the ") for a in self.articles.values())
        focus = self._focus(units)
        findings: list[Finding] = []
        given: set[str] = set()  # values that the report's sentences have given
        context, last_root, last = Context(title=title), "", -2
        for i, unit in enumerate(units):
            same = unit.paragraph == last
            context = replace(context, same_paragraph=same) if same else Context(title, (), (), context.previous, False)
            if i in kept:
                context = self._after(context, unit, kept[i].aspect)
                last = unit.paragraph
                continue
            reading = by_unit[id(unit)]
            reading.evidence = _with_followers(units, i)
            reading.attribution = attribute(unit, report.outlet, last_root, outlets)
            last_root = reading.attribution.root
            found = self._judge_one(report, reading, context, scene, given, focus)
            findings += found
            self.usage.count(unit)
            context = self._after(context, unit, reading.held.aspect)
            last = unit.paragraph
        return findings

    def _focus(self, units: list[Unit]) -> int | None:
        """The aspect that the headline is firmly on, if it leads by far: then the whole article is."""
        title = next((u for u in units if u.paragraph == HEADLINE), None)
        if title is None:
            return None
        best, *rest = route(title, self.profiles, self.usage, Context())
        clear = best.hold == 2 and best.own >= FOCUS_AT and not self.profiles[best.aspect].pure
        return best.aspect if clear and all(f.own <= 0.5 * best.own for f in rest) else None

    def _after(self, context: Context, unit: Unit, aspect: int) -> Context:
        """The context for the sentence that follows."""
        own = own_scores(unit, self.profiles, self.usage)
        return Context(context.title, own, context.before, aspect if aspect >= 0 else None, True)

    def _judge_one(
        self, report: Report, reading: Reading, context: Context, scene: Scene, given: set[str], focus: int | None
    ) -> list[Finding]:
        """Figures first, each under its own key; then the sentence as a statement, where no figure spoke for it."""
        unit = reading.unit
        if is_note(unit.text) or self._is_stock(report, unit):
            return []
        if unit.background:
            return []
        scene = replace(scene, root=reading.attribution.root)
        context = replace(context, title=()) if unit.paragraph == HEADLINE else context
        when = report.published_at or report.seen_at
        figures = read_figures(unit, when)
        if unit.paragraph == HEADLINE:
            figures = tuple(f for f in figures if f.value not in given)
        given |= {f.value for f in figures}
        statement = read_statement(unit, frozenset(f.value for f in figures if not f.old), when)
        near = self.shelf.near(statement, self.profiles, self.usage)
        kin = self._kin(near)
        days = bool(statement.ahead)
        stance = bool(statement.states or statement.acts)
        telling = FOCUSED and (settled(statement) or statement.acts)
        context = replace(context, stance=stance, focus=focus if telling and unit.paragraph != HEADLINE else None)
        changed = self._changed_part(reading)
        fits = route(unit, self.profiles, self.usage, context, days, kin)
        around = [0.0] * len(self.profiles)
        for f in fits:
            around[f.aspect] = f.score
        home = reading.was.aspect if reading.was is not None and reading.was.aspect >= 0 else None
        tied = tie(unit, figures, self.profiles, self.usage, tuple(around), home)
        findings = [self._judge_figure(reading, t, scene) for t in tied]
        best = self._place(fits, home, route(changed, self.profiles, self.usage, context, days) if changed else ())
        if best is None:
            return findings
        reading.held.aspect = best.aspect
        if findings and not self._stands_apart(unit, best, tied):
            return findings
        mine = tuple(n for n in near if n.entry.aspect == best.aspect)
        finding = self._judge_statement(report, reading, statement, best, mine, scene)
        return [*findings, finding]

    def _changed_part(self, reading: Reading) -> Unit | None:
        """The clauses of an edited sentence that hold new words, if they are not the whole of it."""
        if reading.was is None:
            return None
        old = set(reading.was.normal.split())
        clauses = {w.clause for w in reading.unit.words if w.low not in old}
        words = tuple(w for w in reading.unit.words if w.clause in clauses)
        return replace(reading.unit, words=words) if words and len(words) < len(reading.unit.words) else None

    def _place(self, fits: tuple[Fit, ...], home: int | None, changed: tuple[Fit, ...]) -> Fit | None:
        """The aspect of a sentence: that of its edited clause, else where its earlier form stood, else the best that fits."""
        if changed and changed[0].usable and changed[0].own >= ENOUGH and not self.profiles[changed[0].aspect].pure:
            return changed[0]
        if home is not None:
            return next(f for f in fits if f.aspect == home)
        usable = [f for f in fits if f.usable and not self.profiles[f.aspect].pure]
        return usable[0] if usable else None

    def _stands_apart(self, unit: Unit, best: Fit, tied: tuple[Tied, ...]) -> bool:
        """Whether a sentence whose figures went elsewhere says a thing of its own on an aspect: in a clause without those figures."""
        if any(t.aspect == best.aspect for t in tied):
            return False
        taken, profile = {t.figure.clause for t in tied}, self.profiles[best.aspect]
        row = [w for w in unit.words if w.clause not in taken and not w.aside]
        tells = any(w.low in cue_words("modal") for w in row) or read_states(replace(unit, words=tuple(row)))
        return bool(tells) and any(f in profile.anchors for w in row for f in features(w))

    @staticmethod
    def _kin(near: tuple[Near, ...]) -> dict[int, float]:
        """How much a sentence shares with what earned a line on each aspect."""
        found: dict[int, float] = {}
        for n in near:
            if n.entry.line >= 0 and n.overlap >= 0.3:
                found[n.entry.aspect] = max(found.get(n.entry.aspect, 0.0), n.overlap)
        return found

    def _is_stock(self, report: Report, unit: Unit) -> bool:
        """Whether another article of the outlet carried the same sentence."""
        first = self.stock.get(report.outlet, {}).get(unit.normal)
        return first is not None and first != report.article_id

    # ---- judging ---------------------------------------------------------------------------------------------------------

    def _judge_figure(self, reading: Reading, tied: Tied, scene: Scene) -> Finding:
        old = self._old_figures(reading)
        key = tied.key
        same_unit = [e for e in old if e.aspect == tied.aspect and e.unit == tied.figure.unit]
        untouched = any(e.value == tied.figure.value for e in same_unit)
        replaced = None
        if not untouched:
            exact = [e for e in same_unit if e.key == key]
            replaced = (exact or (same_unit if len(same_unit) == 1 else [None]))[0]
            if replaced is not None:
                key = replaced.key
        known = self.shelf.values(key)
        claim = FigureClaim(
            tied.figure,
            self.profiles[tied.aspect],
            reading.unit,
            reading.was is not None,
            untouched,
            replaced,
            _labelled(reading.unit),
        )
        verdict = decide_figure(claim, known, scene)
        entry = self._enter_figure(reading, tied, key, verdict, scene)
        if replaced is not None and scene.noted and entry >= 0:
            replaced.retracted = True
        clause = _clause(reading.unit, tied.figure.start, tied.figure.end)
        return Finding(
            reading,
            tied.aspect,
            verdict,
            "quantity",
            key,
            tied.figure.value,
            tied.subject,
            *clause,
            entry,
            min(1.0, tied.strength),
            hedge=tied.figure.hedge,
        )

    def _old_figures(self, reading: Reading) -> list[Entry]:
        """Figure entries of the sentence that a fresh one replaced."""
        if reading.was is None:
            return []
        return [e for n in reading.was.entries if (e := self.shelf.entries[n]).key]

    def _enter_figure(self, reading: Reading, tied: Tied, key: str, verdict: Verdict, scene: Scene) -> int:
        if verdict.same is not None:
            entry = verdict.same
            entry.take_up(scene.root, scene.at, entry.number in scene.mine)
        elif verdict.kind is not None:
            a, b = _clause(reading.unit, tied.figure.start, tied.figure.end)
            entry = self.shelf.add_figure(tied, key, reading.unit.text, reading.unit.text[a:b], scene)
        else:
            return -1
        reading.held.entries = (*reading.held.entries, entry.number)
        return entry.number

    def _judge_statement(
        self, report: Report, reading: Reading, statement: Statement, best: Fit, near: tuple[Near, ...], scene: Scene
    ) -> Finding:
        was_entry, was = None, None
        if reading.was is not None:
            texts = [self.shelf.entries[n] for n in reading.was.entries]
            was_entry = next((e for e in texts if e.statement is not None), None)
            old = read_unit(reading.was.text, reading.was.paragraph, 0)
            values = frozenset(f.value for f in read_figures(old, report.published_at or report.seen_at) if not f.old)
            was = read_statement(old, values, report.published_at or report.seen_at)
        profile = self.profiles[best.aspect]
        told = best.score >= TELL_AT
        if reading.unit.follows or best.hold < 2:
            told = told and (settled(statement) or statement.acts)
        answers = profile.expects("response") and any(w.source and any(f in profile.actors for f in meanings(w, self.usage)) for w in reading.unit.words)
        headline = reading.unit.paragraph == HEADLINE
        source_only = was is not None and self._only_source(reading, report)
        claim = StatementClaim(statement, profile, reading.unit, best.score, told, was, was_entry, headline, answers, source_only)
        verdict = decide_statement(claim, near, scene)
        entry = self._enter_statement(reading, statement, best, verdict, scene)
        status = ",".join(sorted(statement.states))
        return Finding(
            reading,
            best.aspect,
            verdict,
            _kind(statement),
            "",
            "; ".join(sorted(statement.dates)),
            _subject(reading.unit),
            0,
            len(reading.unit.text),
            entry,
            min(1.0, best.score / 2),
            status,
        )

    def _only_source(self, reading: Reading, report: Report) -> bool:
        """Whether an edit left all words but those that name the source."""
        old = read_unit(reading.was.text, reading.was.paragraph, 0)
        return _without_sources(reading.unit) == _without_sources(old)

    def _enter_statement(self, reading: Reading, statement: Statement, best: Fit, verdict: Verdict, scene: Scene) -> int:
        if verdict.same is not None:
            entry = verdict.same
            entry.take_up(scene.root, scene.at, entry.number in scene.mine)
        else:
            entry = self.shelf.add_statement(best.aspect, statement, reading.unit.text, _subject(reading.unit), scene)
            if verdict.kind is not None:
                self.usage.learn(reading.unit, best.aspect)
        reading.held.entries = (*reading.held.entries, entry.number)
        return entry.number

    # ---- restraint, writing, standing --------------------------------------------------------------------------------------

    def _restrain(self, findings: list[Finding]) -> list[Finding]:
        """One line a key; of first statements that move nothing only the best of each aspect; the rest are folded."""
        plain: dict[int, list[Finding]] = {}
        for f in findings:
            if f.kind == "statement" and f.verdict.kind is ChangeKind.NEW:
                plain.setdefault(f.aspect, []).append(f)
        folded = {
            id(f)
            for group in plain.values()
            for f in sorted(group, key=lambda f: (-f.verdict.rank, f.reading.unit.paragraph))[PLAIN_LINES:]
        }
        seen: set[tuple[str, str]] = set()
        out = []
        for f in findings:
            if id(f) in folded:
                f = replace(
                    f, verdict=Verdict("suppressed", "a lesser statement of a report that already gave this aspect a line")
                )
            elif f.verdict.kind is not None and f.key:
                if (f.key, f.value) in seen:
                    f = replace(f, verdict=Verdict("repeats", "the same report gives the figure twice"))
                seen.add((f.key, f.value))
            out.append(f)
        return out

    def _write(self, report: Report, findings: list[Finding]) -> tuple[list[Claim], list[Change]]:
        claims, changes = [], []
        for f in findings:
            claim = self._claim(report, f)
            claims.append(claim)
            if f.verdict.kind is not None:
                change = self._change(report, f, claim)
                if f.entry >= 0:
                    self.shelf.entries[f.entry].line = len(self.lines)
                    entry = self.shelf.entries[f.entry]
                    entry.outlet, entry.url, entry.article_id = report.outlet, report.url, report.article_id
                self.lines.append(change)
                changes.append(change)
            elif f.entry >= 0 and not self.shelf.entries[f.entry].outlet:
                entry = self.shelf.entries[f.entry]
                entry.outlet, entry.url, entry.article_id = report.outlet, report.url, report.article_id
        return claims, changes

    def _claim(self, report: Report, f: Finding) -> Claim:
        unit, who = f.reading.unit, f.reading.attribution
        name = self.watch.aspects[f.aspect].name
        return Claim(
            claim_id=ident(
                "clm", self.watch.story_id, name, report.version_id, unit.paragraph, unit.start, f.key, f.value, f.start
            ),
            aspect=name,
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

    def _change(self, report: Report, f: Finding, claim: Claim) -> Change:
        unit, before = f.reading.unit, f.verdict.before
        after = unit.text if len(unit.text) <= SHORT else unit.text[f.start : f.end]
        was = f.reading.was
        evidence = before.sentence if before else ""
        if was is not None and f.verdict.kind is not ChangeKind.CONFLICT:
            evidence = was.text
        short = (
            "" if not evidence else before.clause if before is not None and (len(evidence) > SHORT or was is None) else evidence
        )
        return Change(
            change_id=ident("chg", self.watch.story_id, claim.aspect, report.url, report.version_id, f.subject, f.key, after),
            aspect=claim.aspect,
            detected_at=report.seen_at,
            url=report.url,
            article_id=report.article_id,
            version_id=report.version_id,
            kind=f.verdict.kind,
            subject=f.subject,
            before=short,
            after=after,
            evidence_before=evidence,
            evidence_after=f.reading.evidence or unit.text,
            attributed_to=claim.attributed_to,
            reason=f.verdict.reason,
            claim_id=claim.claim_id,
            rank=f.verdict.rank,
            confidence=claim.confidence,
            value_before=before.value if before else "",
            value_after=f.value,
            before_url=before.url if before else "",
        )

    def _settle(self, report: Report, before: Reported | None, fresh: list[Held], kept: dict[int, Held]) -> None:
        """What the article says now stands; what it no longer says stops standing."""
        now = [*fresh, *kept.values()]
        old = {n for h in before.sentences for n in h.entries} if before else set()
        new = {n for h in now for n in h.entries}
        for n in sorted(new - old):
            self.shelf.entries[n].holders += 1
        for n in sorted(old - new):
            self.shelf.entries[n].holders -= 1
        self.articles[report.article_id] = Reported(report.article_id, report.outlet, report.version_id, now)
        known = self.stock.setdefault(report.outlet, {})
        for held in fresh:
            known.setdefault(held.normal, report.article_id)

    # ---- the log ---------------------------------------------------------------------------------------------------------

    def changes(self) -> list[Change]:
        """All lines in the order found, with the counts of today."""
        by_line = {e.line: e for e in self.shelf.entries if e.line >= 0}
        return [
            replace(c, corroborations=max(0, len(by_line[i].roots) - 1), repeats=by_line[i].repeats) if i in by_line else c
            for i, c in enumerate(self.lines)
        ]

    def standing(self) -> list[Standing]:
        """What stands now, in the order of the aspects."""
        return what_stands([a.name for a in self.watch.aspects], self.shelf.entries, self.lines)

    def dump(self) -> bytes:
        """Everything that the ledger knows, as bytes for the store."""
        return pack(
            {
                "format": FORMAT,
                "entries": [entry_row(e) for e in self.shelf.entries],
                "articles": [article_row(a) for a in self.articles.values()],
                "lines": [line_row(c) for c in self.lines],
                "usage": usage_row(self.usage),
                "stock": self.stock,
            }
        )

    @classmethod
    def load(cls, watch: Watch, data: bytes) -> "Ledger":
        """The ledger of a dump. The watch is the one that it was made with; with other aspects the story is tracked anew."""
        state, ledger = unpack(data), cls(watch)
        for row in state["entries"]:
            ledger.shelf.put(entry_of(row))
        ledger.articles = {a.article_id: a for a in map(article_of, state["articles"])}
        ledger.lines = [line_of(row) for row in state["lines"]]
        ledger.usage, ledger.stock = usage_of(state["usage"]), state["stock"]
        return ledger


def _with_followers(units: list[Unit], i: int) -> str:
    """A sentence with the ones after it in its paragraph that open with a pronoun, or with the one before if it does itself."""
    start = i - 1 if units[i].follows and i and units[i - 1].paragraph == units[i].paragraph else i
    end = i + 1
    while end < len(units) and units[end].follows and units[end].paragraph == units[i].paragraph:
        end += 1
    return " ".join(u.text for u in units[start:end])


def settled(statement: Statement) -> bool:
    """Whether a statement says that something is so or will be, beyond describing."""
    return bool(
        statement.states or statement.figures or statement.ahead or statement.negated or SETTLED & statement.modals
    )


def _labelled(unit: Unit) -> bool:
    """Whether a unit is a field of a list: "Missing: 143"."""
    return ":" in unit.text and len(unit.words) <= 6


def _clause(unit: Unit, start: int, end: int) -> tuple[int, int]:
    """Offsets of the clause around a stretch of the unit's text."""
    words = clause_at(unit, start, end)
    a = unit.text.find(words)
    return (a, a + len(words)) if a >= 0 else (0, len(unit.text))


def _without_sources(unit: Unit) -> list[str]:
    """The words of a unit that do not name who says it."""
    return [w.low for w in unit.words if not any(s.start <= w.start < s.end for s in unit.sources)]


def _kind(statement: Statement) -> str:
    if statement.states:
        return "status"
    if statement.dates:
        return "date"
    return "quote" if statement.quoted else "statement"


def _subject(unit: Unit) -> str:
    """The first run of capitalised words, as written: who or what the sentence is about."""
    row, found = unit.words, []
    for word in row:
        if word.name or (not found and word.start == 0 and len(row) > 1 and row[1].name and word.text[:1].isupper()):
            found.append(word.text)
        elif found:
            break
    return " ".join(found)
