"""Where the ledger keeps its entries: figures by key, statements by the stems that they share with what comes."""

from collections import defaultdict

from pipeline.changes.against import Near, Scene
from pipeline.changes.entries import Entry, Heard
from pipeline.claims import AspectProfile, Figure, Statement, Tied, Usage
from pipeline.claims.figures import what_is_counted
from pipeline.claims.lexicon import concept_words
from pipeline.pieces import Kept

CANDIDATES = 20  # statements compared in full, those that share most first
LEAST = 0.05  # added to the weight of each stem, so that common ones count at all
LARGE = 1000  # values from which two counts are equal only if they are one
POSTINGS_MOST = 100  # newest entries looked at for one stem


class Shelf:
    """Entries with the two indexes that keep a look-up quick however long the story is."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self._features: dict[int, tuple[str, ...]] = {}  # of a statement's entry: its stems as features
        self._by_key: dict[str, list[int]] = {}
        self._by_stem: dict[str, list[int]] = {}
        self._by_value: dict[str, str] = {}  # aspect, unit and large value -> key that had it first
        self.aliases: dict[str, str] = {}  # key -> the key that turned out to count the same thing
        self.heard: Kept[str, Heard] = Kept()  # compared form of a sentence, titles apart -> what it told

    def same_key(self, tied: Tied, beside: tuple[Figure, ...]) -> str:
        """The key under which a figure stands: its own, or that of a known count with which it shares a large value.

        Nobody counts two things of one aspect at exactly 612,400: where a figure, or the one that its sentence sets aside,
        equals a known value, the two wordings speak of one count.
        """
        key = self.aliases.get(tied.key, tied.key)
        if key in self._by_key or tied.figure.unit:
            return key
        for figure in (tied.figure, *(f for f in beside if f.old and not f.unit)):
            known = self._by_value.get(_place(tied.aspect, figure.value))
            if known is not None and figure.number is not None and figure.number >= LARGE:
                self.aliases[tied.key] = known
                return known
        return key

    def values(self, key: str) -> tuple[Entry, ...]:
        """The entries under a key, oldest first."""
        return tuple(self.entries[n] for n in self._by_key.get(key, ()))

    def standing(self) -> tuple[Entry, ...]:
        """The newest value of each key, where a report holds it."""
        newest = (self.entries[numbers[-1]] for numbers in self._by_key.values())
        return tuple(e for e in newest if e.holders > 0)

    def add_figure(self, tied: Tied, key: str, sentence: str, clause: str, scene: Scene) -> Entry:
        """A value that the key did not have."""
        figure = tied.figure
        return self.put(
            Entry(
                number=len(self.entries),
                aspect=tied.aspect,
                key=key,
                value=figure.value,
                amount=figure.number,
                unit=figure.unit,
                subject=tied.subject,
                sentence=sentence,
                clause=clause,
                url="",
                article_id=scene.article_id,
                outlet="",
                root=scene.root,
                first_at=scene.at,
                last_at=scene.at,
                roots=[scene.root],
                bearer=tied.bearer,
                sure=tied.sure,
                counted=() if figure.unit else what_is_counted(figure),
            )
        )

    def add_statement(self, aspect: int, statement: Statement, sentence: str, subject: str, scene: Scene) -> Entry:
        """A statement that the aspect did not have."""
        return self.put(
            Entry(
                number=len(self.entries),
                aspect=aspect,
                key="",
                value="",
                amount=None,
                unit="",
                subject=subject,
                sentence=sentence,
                clause=sentence,
                url="",
                article_id=scene.article_id,
                outlet="",
                root=scene.root,
                first_at=scene.at,
                last_at=scene.at,
                statement=statement,
                roots=[scene.root],
            )
        )

    def put(self, entry: Entry) -> Entry:
        """Stores an entry and indexes it."""
        self.entries.append(entry)
        if entry.key:
            self._by_value.setdefault(_place(entry.aspect, entry.value), entry.key)
            self._by_key.setdefault(entry.key, []).append(entry.number)
        if entry.statement is not None:
            self._features[entry.number] = tuple("=" + s for s in sorted(entry.statement.stems))
            for stem in sorted(entry.statement.stems):
                self._by_stem.setdefault(stem, []).append(entry.number)
        return entry

    def near(self, new: Statement, profiles: tuple[AspectProfile, ...], usage: Usage) -> tuple[Near, ...]:
        """The earlier statements that share most with a new one, of whatever aspect, the nearest first."""
        weight = {s: usage.rarity("=" + s) + LEAST for s in sorted(new.stems)}
        shared: dict[int, float] = defaultdict(float)
        for stem in sorted(new.stems):
            for number in self._by_stem.get(stem, ())[-POSTINGS_MOST:]:
                shared[number] += weight[stem]
        best = sorted((-common, number) for number, common in shared.items())[:CANDIDATES]
        whole = sum(weight.values()) or 1.0
        found: list[Near] = []
        rare: dict[int, float] = {}
        for common, number in best:
            entry = self.entries[number]
            if entry.statement is not None:
                theirs = self._weight(number, usage, rare)
                found.append(_near(entry, entry.statement, new, (-common, whole, theirs), profiles[entry.aspect]))
        return tuple(sorted(found, key=lambda n: (-n.overlap - n.contained, n.entry.number)))

    def _weight(self, number: int, usage: Usage, rare: dict[int, float]) -> float:
        """The weight of all stems of a statement, as rare as they are now; `rare` holds it by the units that hold a stem."""
        total, held_by = 0.0, usage.seen.get
        for feature in self._features[number]:
            held = held_by(feature, 0)
            weight = rare.get(held)
            if weight is None:
                weight = rare[held] = usage.rarity(feature) + LEAST
            total += weight
        return total or 1.0


def _place(aspect: int, value: str) -> str:
    return f"{aspect} {value}"


def _near(entry: Entry, said: Statement, new: Statement, shared: tuple[float, float, float], profile: AspectProfile) -> Near:
    """What two statements share: `shared` is the weight of their common stems, of all stems of the new one, of the other."""
    common, whole, theirs = shared
    both = new.stems & said.stems
    topical = any(c in profile.weights and c not in profile.light for s in both for c in ("=" + s, *concept_words().get(s, ())))
    return Near(entry, said, common / whole, common / min(whole, theirs), topical, bool(new.names & said.names))
