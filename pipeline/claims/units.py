"""A report as units: its sentences without leads and furniture, each read once into words with concepts, clauses and places.

A unit is what the ledger compares and routes. Reading knows nothing of aspects; it only marks what any reader sees: which words
lie inside a quotation, in which clause, in a phrase that only says where.
"""

import re
from dataclasses import dataclass
from functools import cache

from pipeline import text, words
from pipeline.claims.lexicon import WORD, concept_phrases, concept_words, cue_words, place_phrases, place_words, stem
from pipeline.model import Report
from pipeline.text import Source

HEADLINE = -1  # the paragraph number of the headline
YEARS_BACK = 10  # a year this long before publication makes a sentence background
_LEAD = re.compile(r"^\s*(?:[-•*–—]\s+|\(?\d{1,2}[:.]\d{2}(?:\s*[ap]\.?m\.?)?(?:\s+[A-Z]{2,5})?\)?\s*[-–—:]\s+)*")
_DATELINE = re.compile(r"[A-Z][A-Z.'’ -]{2,30}(?:,[^-–—()]{2,40})?(?: ?\([A-Z][^()]{1,40}\))? ?[-–—] ")
_YEAR = re.compile(r"\b(1[5-9]\d\d|20\d\d)\b")
_QUOTE = re.compile(r'["“”«»„]')
_OPENING = frozenset('"“„«(')
_BREAK = re.compile(r"[,;()–—]|:(?!\s*[$€£]?\d)|\s-\s")


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a unit with what it means and where it stands."""

    text: str
    low: str
    stem: str
    start: int
    end: int
    concepts: tuple[str, ...]
    clause: int
    name: bool = False  # capitalised where a common word would not be
    aside: bool = False  # in a phrase that says where or who says it, or a title: not what the sentence is about
    quoted: bool = False
    source: bool = False  # names who says it


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence of a report, read."""

    text: str
    paragraph: int
    start: int  # offsets in the paragraph
    end: int
    normal: str  # compared form
    words: tuple[Word, ...]
    follows: bool = False  # opens with a pronoun: speaks of what the sentence before spoke of
    sources: tuple[Source, ...] = ()  # who says it
    background: bool = False  # tells of years ago
    negated: bool = False

    @property
    def content(self) -> frozenset[str]:
        """Stems of the words that carry meaning."""
        return frozenset(w.stem for w in self.words if w.stem not in function_stems())


@cache
def function_stems() -> frozenset[str]:
    """Stems of words without content of their own."""
    classes = ("modal", "comparative", "pronoun", "place preposition", "determiner", "clause opener", "phrase stop", "filler")
    return frozenset(stem(w) for kind in classes for w in cue_words(kind))


def normal_form(sentence: str) -> str:
    """The form in which sentences are matched across versions: lower-case words and figures."""
    return " ".join(text.words(sentence))


def is_furniture(sentence: str) -> bool:
    """Whether a sentence is a page's furniture, not its text."""
    low = sentence.lower().strip()
    return any(low.startswith(cue[1:]) if cue[0] == "^" else cue in low for cue in words.lines("aspect_furniture"))


def is_note(sentence: str) -> bool:
    """Whether a sentence admits an error of the text."""
    low = sentence.lower()
    return any(cue in low for cue in words.lines("aspect_notes"))


def split(report: Report) -> tuple[tuple[str, int, int, int], ...]:
    """(sentence, paragraph, start, end) of a report without leads and furniture; the headline last, as paragraph -1."""
    found = []
    for number, paragraph in enumerate(report.paragraphs):
        lead = len(paragraph) - len(_LEAD.sub("", paragraph, count=1))
        if dateline := _DATELINE.match(paragraph, lead):
            lead = dateline.end()
        for span in text.sentences(paragraph[lead:]):
            if not is_furniture(span.text):
                found.append((span.text, number, span.start + lead, span.end + lead))
    if report.headline:
        found.append((report.headline, HEADLINE, 0, len(report.headline)))
    return tuple(found)


def read_unit(sentence: str, paragraph: int, start: int, year: int | None = None) -> Unit:
    """One sentence read; `year` is the year of publication, against which background is told."""
    sources = text.sources(sentence)
    found = read_words(sentence, title=paragraph == HEADLINE, sources=sources)
    lows = [w.low for w in found]
    past = [int(y) for y in _YEAR.findall(sentence)]
    return Unit(
        text=sentence,
        paragraph=paragraph,
        start=start,
        end=start + len(sentence),
        normal=normal_form(sentence),
        words=found,
        sources=sources,
        follows=bool(lows) and lows[0] in cue_words("pronoun"),
        background=year is not None and any(y <= year - YEARS_BACK for y in past),
        negated=is_negated(found),
    )


def is_negated(found: tuple[Word, ...]) -> bool:
    """Whether a sentence says that something is not, quotations aside."""
    return any(w.low in cue_words("negation") or w.low.endswith(("n't", "n’t")) for w in found if not w.quoted)


def read_words(sentence: str, title: bool = False, sources: tuple[Source, ...] = ()) -> tuple[Word, ...]:
    """The words of a sentence with concepts, clause numbers, names, asides and quotation."""
    hits = list(WORD.finditer(sentence))
    quoted, breaks = _quoted(sentence), [m.start() for m in _BREAK.finditer(sentence)]
    rows = [(m[0], m[0].lower().replace("’", "'"), stem(m[0]), m.start(), m.end()) for m in hits]
    shouting = title and sum(m[0][:1].isupper() for m in hits) > 0.6 * len(hits)
    concepts = _concepts(rows)
    asides, clause, below, out = _asides(sentence, rows), 0, False, []
    for i, (raw, low, root, start, end) in enumerate(rows):
        previous = rows[i - 1][4] if i else 0
        after = rows[i + 1][1] if i + 1 < len(rows) else ""
        counted = after[:1].isdigit() or after in words.lookup("number_words") or after in cue_words("comparative")
        joined = low == "and" and (counted or after.endswith(("ing", "ed")))
        broken = i and any(previous <= b < start for b in breaks)
        if broken or (i and (joined or (low in cue_words("clause opener") and low != "as"))):
            clause += 1
            below = low in cue_words("subordinate")
        name = raw[0].isupper() and not shouting and (i > 0 or (len(raw) > 1 and raw.isupper())) and not _opens(sentence, start)
        inside = any(s <= start < e for s, e in quoted)
        said = any(s.start <= start < s.end for s in sources)
        out.append(Word(raw, low, root, start, end, concepts[i], clause, name, asides[i] or below or said, inside, said))
    return tuple(out)


def _opens(sentence: str, start: int) -> bool:
    """Whether a word opens a sentence or a quotation, where a capital means nothing."""
    return start == 0 or sentence[start - 1] in _OPENING or sentence[max(0, start - 2) : start] in {". ", "! ", "? ", ": "}


def _quoted(sentence: str) -> list[tuple[int, int]]:
    """Stretches between quotation marks."""
    marks = [m.start() for m in _QUOTE.finditer(sentence)]
    return list(zip(marks[::2], [*marks[1::2], len(sentence)] if len(marks) % 2 else marks[1::2], strict=False))


def _concepts(rows: list[tuple[str, str, str, int, int]]) -> list[tuple[str, ...]]:
    """The concepts of each word; a phrase gives its concept to all of its words."""
    known = concept_words()
    found = [known.get(root, ()) + known.get("=" + low, ()) for _, low, root, _, _ in rows]
    for i, (raw, low, _, _, _) in enumerate(rows):
        if raw[0].isupper() and (len(raw) > 2 or raw.isupper()):
            found[i] += place_words().get(low.removesuffix("'s"), ())
    for hit in place_phrases().find(tuple(row[1].removesuffix("'s") for row in rows)):
        if rows[hit.start][0][0].isupper():
            for i in range(hit.start, hit.end):
                found[i] += (hit.label,)
    for hit in concept_phrases().find(tuple(row[2] for row in rows)):
        for i in range(hit.start, hit.end):
            found[i] = (hit.label, *(c for c in found[i] if c != hit.label))
    return found


def _asides(sentence: str, rows: list[tuple[str, str, str, int, int]]) -> list[bool]:
    """Which words only say where something is, or what office somebody holds or held."""
    found = _places(sentence, rows)
    for i, (_, low, _, _, _) in enumerate(rows):
        named = i + 1 < len(rows) and rows[i + 1][0][:1].isupper()
        if named and low in words.lookup("roles"):
            found[i] = True
        if low in cue_words("department head"):
            start = i
            while start and i - start < 3 and rows[start - 1][1].isalpha() and rows[start - 1][1] not in _opens_office():
                start -= 1
            found[start:i] = [True] * (i - start)
        if low in cue_words("former"):
            office = next((j for j in range(i + 1, min(i + 4, len(rows))) if rows[j][1] in words.lookup("roles")), i)
            found[i : office + 1] = [True] * (office + 1 - i)
    return found


@cache
def _opens_office() -> frozenset[str]:
    """Words before which no office begins: "the *defence minister*", "said *finance minister*"."""
    kinds = ("determiner", "place preposition", "phrase stop", "auxiliary", "say", "clause opener", "no name", "pronoun")
    return frozenset(word for kind in kinds for word in cue_words(kind))


def _places(sentence: str, rows: list[tuple[str, str, str, int, int]]) -> list[bool]:
    """Which words lie in a phrase that says where: a preposition and a name, or an article and up to five words."""
    found, left, named = [False] * len(rows), 0, False
    for i, (raw, low, _, start, _) in enumerate(rows):
        if left and (low in cue_words("phrase stop") or _BREAK.search(sentence, rows[i - 1][4], start)):
            left = 0
        if left and named and not raw[0].isupper():
            left = 0
        if left:
            found[i], left = True, left - 1
        if low in cue_words("place preposition") and i + 1 < len(rows):
            after = rows[i + 1]
            if after[1] in cue_words("determiner") or after[0][0].isupper():
                left, named = 6, after[0][0].isupper()
    return found
