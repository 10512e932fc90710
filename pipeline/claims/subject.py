"""What a line is about, in a few words of the sentence: the noun phrase that opens its main clause.

Without a parser: the words up to the first likely verb, less articles, offices and what hangs on a second preposition. Better
no subject than an odd one.
"""

from pipeline import words
from pipeline.claims.clauses import first_verb, main_clause
from pipeline.claims.lexicon import cue_words
from pipeline.claims.units import Unit, Word

LONGEST = 5  # words of a subject
ALONE = "there nothing nobody none no one some many most all few little neither nor without what then"
EMPTY = frozenset(ALONE.split())  # words that open no subject


def subject_of(unit: Unit) -> str:
    """The subject of a sentence, "" if it opens with a pronoun or with no noun phrase that can be read alone."""
    row, _ = main_clause(unit)
    if row and row[0].low in cue_words("place preposition") | {"on", "by", "over", "for", "with", "after", "before"}:
        row = _after_opening(row)
    verb = first_verb(row)
    if not row or verb is None:
        return _leading_name(row)
    zone = _head(row[:verb])
    if not zone or zone[0].low in cue_words("pronoun") | EMPTY or zone[0].low in cue_words("no name"):
        return ""
    if all(w.text[:1].isdigit() for w in zone):
        return ""  # "said Ann Ode, 41, a nurse": an age is nobody's subject
    return _written(unit, zone) if len(zone) <= LONGEST else ""


def _after_opening(row: list[Word]) -> list[Word]:
    """The words after a phrase that only sets the scene: "In October, ..."."""
    return [w for w in row if w.clause != row[0].clause]


def _head(zone: list[Word]) -> list[Word]:
    """The first noun phrase: in one clause, without article, office and a second preposition."""
    zone = [w for w in zone if w.clause == zone[0].clause]
    cut = next((i for i, w in enumerate(zone) if i and _ends_phrase(w, zone[i + 1 : i + 2])), len(zone))
    zone = zone[:cut]
    hanging = [i for i, w in enumerate(zone) if w.low in cue_words("place preposition") | cue_words("no name")]
    zone = zone[: hanging[1]] if len(hanging) > 1 else zone
    named = any(w.text[:1].isupper() for w in zone[1:])
    while zone and (zone[0].low in cue_words("determiner") or (named and len(zone) > 1 and _is_office(zone[0]))):
        zone = zone[1:]
    return zone


def _ends_phrase(word: Word, after: list[Word]) -> bool:
    """Whether a word opens a relative clause, or a phrase that says when: "on Thursday"."""
    dated = bool(after) and (after[0].low in words.lookup("weekdays") or after[0].low in words.lookup("months"))
    return word.low in cue_words("relative") or word.low == "cannot" or (word.low in {"on", "in", "since", "until"} and dated)


def _is_office(word: Word) -> bool:
    return word.low in words.lookup("roles") or word.low.rstrip(".") in words.family("titles")


def _leading_name(row: list[Word]) -> str:
    """The name with which a clause opens, where no verb was found."""
    run: list[str] = []
    for word in row[:4]:
        if not word.text[:1].isupper() or word.low in cue_words("determiner"):
            break
        run.append(word.text)
    return " ".join(run) if len(run) > 1 else ""


def _written(unit: Unit, zone: list[Word]) -> str:
    """The phrase as it stands in the text, cut off at its end where it could not be read alone."""
    while zone and (zone[-1].low in cue_words("no name") | cue_words("determiner") | {"also", "still", "not", "both"}):
        zone = zone[:-1]
    if not zone or zone[-1].text.endswith(("'s", "’s")):
        return ""
    return unit.text[zone[0].start : zone[-1].end]
