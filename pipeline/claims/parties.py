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
        persons = cue_words("pronoun of one") | cue_words("pronoun of many")
        pronouns = persons | cue_words("pronoun of a thing")
        named = [w for w in unit.words if w.source and w.low not in pronouns]
        acting = _features((w for w in content if w.low not in pronouns), usage)
        saying = _features(named, usage)
        actor = self._behind(subject[0].low) if subject and not content else _NONE
        voice = frozenset(f for w in unit.words if w.source and w.low in persons for f in self._behind(w.low))
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
        if pronoun in cue_words("pronoun of one"):
            return self._person
        if pronoun in cue_words("pronoun of many"):
            return self._group or self._person
        return self._thing if pronoun in cue_words("pronoun of a thing") else _NONE

    def _remember(self, named: list[Word], meant: Meant) -> None:
        self._person = meant if _is_person(named) else self._person
        self._group = self._thing = meant


def _features(row: Iterable[Word], usage: Usage) -> Meant:
    return frozenset(f for w in row if w.stem not in function_stems() for f in meanings(w, usage))


def _subject(unit: Unit) -> list[Word]:
    """The noun phrase that acts: of the main clause, after a scene that is set first ("In May, the union ...")."""
    row, verb = main_clause(unit)
    if row and row[0].low in cue_words("acting pronoun"):
        return row[:1]
    found = _head(row[:verb])
    if not found or found[0].low in cue_words("place preposition") | cue_words("scene opener"):
        rest = [w for w in row if w.clause != row[0].clause]
        found = _head(rest[:_FIRST]) or found
    return found


def _head(row: list[Word]) -> list[Word]:
    """The words up to a preposition, a relative clause or another clause; of "the union's offer" the offer."""
    found: list[Word] = []
    for word in row:
        ends = any(word.low in cue_words(c) for c in ("place preposition", "beside a noun phrase", "relative"))
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
