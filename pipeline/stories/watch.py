"""Does an article belong to a story that a person watches? Judged from the person's few words and from what has joined before.

People word watches in many ways: long titles, three bare terms, a single name. No rule here needs the whole title, and none
trusts one word alone once the story is under way.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from pipeline.model import Article, Watch
from pipeline.stories.profile import LEAD_WORDS, plain, raw_words, stem
from pipeline.words import family

NEAR_WORDS = 4  # words that may stand between those of a term
HALF = 0.51  # more than half of the title's words are a faint sign
COVERED = 0.6  # share of the title's words that counts as the title
OPENING = 3  # reports before likeness with the story says anything
SHORT_TITLE = 4  # words of a title all of which must count
PART, REST = 5, 4  # letters of a word inside a compound, and of what is left of the compound


_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")


@dataclass(frozen=True, slots=True)
class Text:
    """An article's stemmed words, ready for finding terms."""

    headline: tuple[str, ...]
    words: tuple[str, ...]  # headline and all paragraphs
    year: int  # in which it was seen

    @property
    def lead(self) -> tuple[str, ...]:
        return self.words[: len(self.headline) + LEAD_WORDS]


def read_text(article: Article) -> Text:
    """The words of an article, in order, stop words included."""
    headline = _stems(article.headline)
    return Text(headline, headline + tuple(s for p in article.paragraphs for s in _stems(p)), article.seen_at.year)


def _stems(text: str) -> tuple[str, ...]:
    return tuple(stem(w.lower()) for w in raw_words(plain(text)))


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a watch."""

    raw: str
    stem: str


@dataclass(frozen=True, slots=True)
class Term:
    """A match or exclude term as the person wrote it, its words, and whether it has several and shares one with the title."""

    name: str
    words: tuple[Word, ...]
    telling: bool = False


def _words(text: str) -> tuple[Word, ...]:
    lowered = (w.lower() for w in raw_words(plain(text)))
    return tuple(Word(w.removesuffix("'s"), stem(w)) for w in lowered)


def wording(watch: Watch) -> str:
    """What of a watch says which articles are its reports: all but the aspects."""
    return repr((watch.slug, watch.title, watch.match, watch.exclude))


class Pattern:
    """A watch made ready for matching."""

    def __init__(self, watch: Watch):
        self.watch = watch
        stop = family("linking_stop")
        title = tuple(w for w in dict.fromkeys(_words(watch.title)) if w.raw not in stop)
        self.terms = tuple(self._term(m, title) for m in watch.match if _words(m))
        self.excluded = tuple(Term(e, _words(e)) for e in watch.exclude if _words(e))
        said = {w.stem for t in self.terms for w in t.words}
        self.title = self._gist(title, said)
        self.years = frozenset(w for w in (said | {w.stem for w in title}) if _YEAR.fullmatch(w))

    @staticmethod
    def _term(text: str, title: Sequence[Word]) -> Term:
        words = _words(text)
        return Term(text, words, len(words) > 1 and any(_same(t, w.stem) for t in title for w in words))

    @staticmethod
    def _gist(title: tuple[Word, ...], said: set[str]) -> tuple[Word, ...]:
        """The words that say what the story is: of a long title those that the terms say too."""
        if len(title) <= SHORT_TITLE:
            return title
        return tuple(t for t in title if any(_same(t, s) for s in said)) or title


def _same(word: Word, other: str) -> bool:
    """Is a word of an article (its stem) a word of the watch, or the one a compound of the other: earthquake, quake?"""
    if word.stem == other:
        return True
    if len(other) > len(word.stem):
        long, short, letters = other, word.stem, len(word.raw)
    else:
        long, short, letters = word.stem, other, len(word.raw) - (len(word.stem) - len(other))
    return letters >= PART and len(long) - len(short) >= REST and (long.endswith(short) or long.startswith(short))


def _find(words: Sequence[Word], places: dict[str, list[int]], loose: bool) -> bool:
    """Do the words occur in order and next to each other or, if loose, near each other in any order?"""
    spots = [_spots(w, places) for w in words]
    if not all(spots):
        return False
    if any(all(p + n in spot for n, spot in enumerate(spots)) for p in spots[0]):
        return True
    reach = len(words) + NEAR_WORDS
    return loose and any(all(any(abs(q - p) < reach for q in spot) for spot in spots[1:]) for p in spots[0])


def _spots(word: Word, places: dict[str, list[int]]) -> set[int]:
    spots = set(places.get(word.stem, ()))
    if len(word.raw) >= PART:
        for other, found in places.items():
            inside = len(other) >= PART - 1 and (word.stem in other or other in word.stem)
            if inside and other != word.stem and _same(word, other):
                spots.update(found)
    return spots


def _places(words: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, word in enumerate(words):
        found.setdefault(word, []).append(place)
    return found


class Strength(IntEnum):
    """How clearly an article's words name the watched story."""

    NONE = 0
    FAINT = 1  # a term far down in the text, or the title's words without any term
    FAIR = 2  # a term in the opening, or several anywhere, or one and the title's words
    FIRM = 3  # a term in the headline, several in the opening, or one there together with the title's words


# How like the story an article must be, in parts of how like its own reports are among each other: with the person's words
# and without; the lead over the nearest other story counts in by a weight.
WORDS_NEED, WORDS_LEAD = 0.0, 0.5
BARE_NEED, BARE_LEAD = 0.4, 0.25
KIN_NEED = 0.3  # in place of BARE_NEED where the article's found story is one matter with the watched one
YOUNG = 1.0  # what is needed more, over the number of reports: few reports tell little
CLOSE = 0.05  # nearer than this to what is needed: joined, but for a person to review


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What an article's words say for and against a watch, whatever has joined it so far."""

    excluded: str = ""  # the exclude term found
    hits: tuple[str, ...] = ()  # match terms found
    in_lead: int = 0  # how many of them in headline or opening
    in_headline: bool = False
    telling: bool = False  # one in the opening has several words and shares one with the title
    cover: float = 0.0  # share of the title's words in headline and opening
    cover_all: float = 0.0  # the same, anywhere
    words_early: tuple[str, ...] = ()  # stems of the watch's words in headline and opening
    words_deep: tuple[str, ...] = ()  # and of those that come farther down only
    wrong_year: bool = False  # its opening speaks of another year than the watch does

    @property
    def full(self) -> bool:
        return self.cover >= (COVERED if self.hits else 0.999)

    @property
    def strength(self) -> Strength:
        return max(Strength.NONE, Strength(self._words() - 1)) if self.wrong_year and self._words() else self._words()

    def _words(self) -> Strength:
        if self.in_headline or self.telling or self.in_lead > 1 or (self.in_lead and self.full):
            return Strength.FIRM
        if self.in_lead or len(self.hits) > 1 or (self.hits and self.full):
            return Strength.FAIR
        if self.hits or self.cover >= HALF or self.cover_all >= 0.999:
            return Strength.FAINT
        return Strength.NONE


def read_signs(text: Text, pattern: Pattern) -> Signs:
    """Match an article against a watch."""
    everywhere, lead, headline = _places(text.words), _places(text.lead), _places(text.headline)
    found = [t for t in pattern.terms if _find(t.words, everywhere, True)]
    early = [t for t in found if _find(t.words, lead, True)]
    for term in pattern.excluded:  # deep in a text that opens with what is watched, it is background
        if _find(term.words, lead if early else everywhere, False):
            return Signs(excluded=term.name)
    opening = _said(pattern, early, lead)
    return Signs(
        hits=tuple(t.name for t in found),
        in_lead=len(early),
        in_headline=any(_find(t.words, headline, True) for t in early),
        telling=any(t.telling for t in early),
        cover=_cover(pattern.title, lead),
        cover_all=_cover(pattern.title, everywhere),
        words_early=tuple(sorted(opening)),
        words_deep=tuple(sorted(_said(pattern, found, everywhere) - opening)),
        wrong_year=_other_year(pattern, text, lead),
    )


def _said(pattern: Pattern, found: Sequence[Term], places: dict[str, list[int]]) -> set[str]:
    """The stems of the title's words that occur, and of the terms found."""
    return {t.stem for t in pattern.title if _spots(t, places)} | {w.stem for t in found for w in t.words}


def _cover(title: Sequence[Word], places: dict[str, list[int]]) -> float:
    return sum(bool(_spots(t, places)) for t in title) / len(title) if title else 0.0


def _other_year(pattern: Pattern, text: Text, lead: dict[str, list[int]]) -> bool:
    """Is the watch about an earlier year that the opening does not name? An anniversary is not a new event, nor the reverse."""
    meant = {y for y in pattern.years if int(y) < text.year - 1}
    return bool(meant) and not any(y in lead for y in meant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an article stands to a watched story and to its rivals at one moment."""

    reports: int  # that the story has
    likeness: float = 0.0  # with the reports that joined by the person's words
    usual: float = 1.0  # the likeness that these have with the others, on average
    rival: float = 0.0  # likeness with the nearest found story that is mostly outside the watched one
    source_inside: bool = False  # it is a copy or rewrite of a report
    recent: bool = True  # the story has had a report within the last days
    kin: bool = False  # its found story is one matter with the watched one, and half in it

    def fit(self, lead: float) -> float:
        """1 for an ordinary report; less if another story is nearer, by the weight that such a lead has."""
        return (self.likeness + lead * (self.likeness - self.rival)) / self.usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Joins:
    """The article is a report of the watched story."""

    score: float
    reason: str
    core: bool  # the person's words are in it: it shapes what the story is about
    review: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StaysApart:
    """The article is not a report of the watched story."""

    reason: str
    score: float = 0.0


def decide_watch(signs: Signs, now: Standing) -> Joins | StaysApart:
    """Is the article a report of the watched story?"""
    if signs.excluded:
        return StaysApart(reason=f"It has the excluded “{signs.excluded}”.", score=now.likeness)
    strength = signs.strength
    if now.source_inside:
        reason = f"Derives from a report of the story. {_told(signs)}."
        return Joins(score=1.0, reason=reason, core=strength >= Strength.FAIR)
    if now.reports < OPENING and strength >= Strength.FAIR and not signs.wrong_year:
        review = strength < Strength.FIRM
        return Joins(score=1.0, reason=f"{_told(signs)}, one of the first reports.", core=True, review=review)
    if not now.reports:
        return StaysApart(reason=f"{_told(signs)}: too little to open the story.")
    kin = now.kin and not signs.wrong_year
    need = (WORDS_NEED if strength else KIN_NEED if kin else BARE_NEED) + YOUNG / now.reports
    fit = now.fit(WORDS_LEAD if strength else BARE_LEAD)
    told = (
        f"{_told(signs)}; {fit:.2f} as like the story as its reports are (needs {need:.2f}): likeness {now.likeness:.2f}, "
        f"{now.rival:.2f} with the nearest other story"
    )
    if kin:
        told += "; most of its found story is in this one"
    if fit >= need and (strength or now.recent or kin):
        return Joins(score=now.likeness, reason=told + ".", core=bool(signs.hits) or signs.full, review=fit - need < CLOSE)
    return StaysApart(reason=told + ".", score=now.likeness)


def _told(signs: Signs) -> str:
    parts = [f"Has {', '.join('“' + h + '”' for h in signs.hits)}"] if signs.hits else ["Has none of the terms"]
    if signs.cover:
        parts.append(f"{signs.cover:.0%} of the title's words in its opening")
    return ", ".join(parts)
