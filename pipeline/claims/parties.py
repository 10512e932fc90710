"""Who acts and who speaks in a sentence, also where it only says "he", "they" or nothing: then the sentence before named him.

Without a parser: the noun phrase that opens the main clause acts; a pronoun means the person who acted or spoke last, "they"
the body or country that did; in a paragraph whose last speaker was named, a sentence without a source goes on in his voice.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline import words
from pipeline.claims.clauses import main_clause
from pipeline.claims.lexicon import cue_words
from pipeline.claims.routing import Usage, meanings
from pipeline.claims.units import Unit, Word, function_stems

Meant = frozenset[str]  # what words can be matched by: see `profile.features`
_NONE: Meant = frozenset()
_ONE, _MANY = frozenset({"he", "she", "his", "her"}), frozenset({"they", "their"})
_ALONE = frozenset({"he", "she", "they", "it"})
_PRONOUNS = _ONE | _MANY | {"it", "its"}
_ENDS = frozenset({"on", "for", "with", "to", "about", "between"})  # behind them a noun phrase names somebody else
_OPENS = frozenset({"on", "by", "over", "for", "with", "after", "before"})  # with the prepositions of place: a scene is set
_FIRST = 3  # words after a scene in which the subject is looked for


@dataclass(frozen=True, slots=True)
class Party:
    """Who acts and who speaks, in features of the words that name them."""

    subject: Meant = _NONE
    voice: Meant = _NONE
    meant: Meant = _NONE  # of both, those for whom a pronoun stands


NOBODY = Party()


class Parties:
    """Reads the sentences of one report in order and remembers who was named last."""

    def __init__(self) -> None:
        self._person = self._group = self._thing = self._speaker = _NONE
        self._paragraph: int | None = None

    def read(self, unit: Unit, usage: Usage) -> Party:
        """The party of the next sentence."""
        subject = _subject(unit)
        content = [w for w in subject if w.stem not in function_stems()]
        named = [w for w in unit.words if w.source and w.low not in _PRONOUNS]
        acting = _features((w for w in content if w.low not in _PRONOUNS), usage)
        saying = _features(named, usage)
        actor = self._behind(subject[0].low) if subject and not content else _NONE
        voice = frozenset(f for w in unit.words if w.source and w.low in _ONE | _MANY for f in self._behind(w.low))
        goes_on = unit.paragraph == self._paragraph and not any(w.source for w in unit.words)
        silent = self._speaker if goes_on else _NONE
        if named:
            self._remember(named, saying)
            self._speaker = saying
        elif voice:
            self._person = self._group = self._speaker = voice
        else:
            if content and (_is_person(content) or any(c[0] == "@" for w in content for c in w.concepts)):
                self._remember(content, acting)
            self._speaker = self._speaker if unit.paragraph == self._paragraph else _NONE
        self._paragraph = unit.paragraph
        return Party(acting | actor, saying | voice | silent, actor | voice)

    def _behind(self, pronoun: str) -> Meant:
        """Whom a pronoun means."""
        if pronoun in _ONE:
            return self._person
        if pronoun in _MANY:
            return self._group or self._person
        return self._thing if pronoun in _PRONOUNS else _NONE

    def _remember(self, named: list[Word], meant: Meant) -> None:
        self._person = meant if _is_person(named) else self._person
        self._group = self._thing = meant


def _features(row: Iterable[Word], usage: Usage) -> Meant:
    return frozenset(f for w in row if w.stem not in function_stems() for f in meanings(w, usage))


def _subject(unit: Unit) -> list[Word]:
    """The noun phrase that acts: of the main clause, after a scene that is set first ("In May, the union ...")."""
    row, verb = main_clause(unit)
    if row and row[0].low in _ALONE:
        return row[:1]
    found = _head(row[:verb])
    if not found or found[0].low in cue_words("place preposition") | _OPENS:
        rest = [w for w in row if w.clause != row[0].clause]
        found = _head(rest[:_FIRST]) or found
    return found


def _head(row: list[Word]) -> list[Word]:
    """The words up to a preposition, a relative clause or another clause; of "the union's offer" the offer."""
    found: list[Word] = []
    for word in row:
        ends = word.low in cue_words("place preposition") | _ENDS | cue_words("relative")
        if found and (ends or (word.clause != row[0].clause and not word.text[:1].isupper())):
            break
        found.append(word)
    for i in range(len(found) - 2, -1, -1):
        if found[i].low.endswith(("'s", "’s")) and not any(_has_office(w) for w in found[i + 1 :]):
            return found[i + 1 :]
    return found


def _has_office(word: Word) -> bool:
    """Whether a word names an office or a role: "the union's leader" is of the union."""
    low = word.low.removesuffix("'s")
    return low in words.lookup("roles") or low.rstrip("s") in words.lookup("roles") or low in words.family("titles")


def _is_person(row: list[Word]) -> bool:
    """Whether the words name a person: by an office, or by a name that is no country's."""
    return any(_has_office(w) or (w.name and not any(c[0] == "@" for c in w.concepts)) for w in row)
