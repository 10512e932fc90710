"""Correction notes, and which edits they explain: an edit that bears meaning is silent until a note tells of it.

A note explains an edit if it names what changed: a figure, a date or a name of it, or two of its words. It may come with the
edit or in any later revision. A note that names nothing ("This article has been corrected.", a headline marked UPDATE 2) covers
the revision in which it came, no other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.edits.blocks import equivalent
from pipeline.edits.keys import Key, keys
from pipeline.model import Edit, EditKind, RevisionDecision
from pipeline.text import ValueKind, word_form
from pipeline.words import family, lookup

SHOWN = 140  # characters of a note that a reason repeats

_MARK = re.compile(
    r"\s*[\[(]?(update \d+|update|wrapup \d+|refile|refiled|corrected|correction|corrects|clarification|clarified|amended|"
    r"recast|reissued|retraction)(?:[\])]\s*[-:–—]?|\s?[-:–—])\s*(?=\S)",
    re.IGNORECASE,
)
_BY = "by the note: "
_ALONE = "; nothing that it names was seen to change"
_NO_OTHER = "; no other edit was seen with it"


def heading_mark(headline: str) -> tuple[str, str]:
    """The mark that a wire sets before a headline ("UPDATE 2-", "CORRECTED:"), in capitals, and the headline without it."""
    m = _MARK.match(headline)
    return (m[1].upper(), headline[m.end() :]) if m else ("", headline)


def is_mild(mark: str) -> bool:
    """Whether a mark says that there is more to read, not that something was wrong."""
    return mark.startswith(("UPDATE", "WRAPUP", "RECAST", "REISSUED"))


@dataclass(frozen=True, slots=True)
class _Note:
    """A note and where it came."""

    revision: int
    place: int  # among the edits of its revision
    text: str
    told: tuple[Key, ...]  # what it names; nothing if it covers its revision as a whole
    about: frozenset[str] = frozenset()  # kinds of edit that it speaks of: "the number of", "misspelled"

    @property
    def shown(self) -> str:
        return self.text if len(self.text) <= SHOWN else self.text[: SHOWN - 1].rstrip() + "…"


def explained(decisions: Sequence[RevisionDecision]) -> list[RevisionDecision]:
    """The revisions of one article, in order, with each edit told to be silent or tied to the note that explains it."""
    notes = [note for n, decision in enumerate(decisions) for note in _notes(n, decision)]
    out = []
    for n, decision in enumerate(decisions):
        edits = []
        for edit in decision.edits:
            note = next((x for x in notes if x.revision >= n and _explains(x, edit, n)), None) if _asks(edit) else None
            edits.append(_tied(edit, note, n))
        out.append(replace(decision, edits=tuple(edits)))
    ties = {edit.reason.rpartition(_BY)[2] for decision in out for edit in decision.edits if _BY in edit.reason}
    for note in notes:
        edits = list(out[note.revision].edits)
        edits[note.place] = _told(edits[note.place], note, note.shown in ties)
        out[note.revision] = replace(out[note.revision], edits=tuple(edits))
    return out


def _asks(edit: Edit) -> bool:
    """Whether an edit needs a note and has none yet."""
    return edit.meaningful and edit.kind is not EditKind.CORRECTION and _BY not in edit.reason


def _tied(edit: Edit, note: _Note | None, revision: int) -> Edit:
    if note is None:
        return replace(edit, silent=_asks(edit))
    when = "later " if note.revision > revision else ""
    return replace(edit, silent=False, reason=f"{edit.reason}; explained {when}{_BY}{note.shown}")


def _told(edit: Edit, note: _Note, used: bool) -> Edit:
    """The edit that is a note, with word of it if it explains nothing."""
    reason = edit.reason.removesuffix(_ALONE).removesuffix(_NO_OTHER)
    if used or edit.kind is not EditKind.CORRECTION:
        return replace(edit, reason=reason)
    return replace(edit, reason=reason + (_ALONE if note.told else _NO_OTHER))


def _notes(revision: int, decision: RevisionDecision) -> list[_Note]:
    found = []
    for place, edit in enumerate(decision.edits):
        if edit.field == "headline":
            mark = heading_mark(edit.after)[0]
            if mark and mark != heading_mark(edit.before)[0]:
                found.append(_Note(revision, place, mark, ()))
        elif edit.kind is EditKind.CORRECTION:
            text = edit.after if not edit.before else "".join(t for op, t in edit.words if op > 0).strip() or edit.after
            found.append(_Note(revision, place, " ".join(text.split()), _names(text), _kinds(text)))
    return found


def _kinds(text: str) -> frozenset[str]:
    kinds = lookup("note_kinds")
    return frozenset(kinds[word] for word in word_form(text).split(" ") if word in kinds)


def _names(text: str) -> tuple[Key, ...]:
    """What a note names, the words of notes and the day of the note itself left out."""
    own = family("note_words")
    found = [k for k in keys(text) if k.content and k.key not in own and k.text.lower() not in own]
    dated = [k for k in found if k.value and k.value.kind in (ValueKind.DATE, ValueKind.TIME)]
    return tuple(found) if len(found) - len(dated) >= 2 or any(k.value for k in found if k not in dated) else _named(found)


def _named(found: Sequence[Key]) -> tuple[Key, ...]:
    """The names among a note's words: one name is enough, a single plain word is not."""
    return tuple(k for k in found if k.name)


def _explains(note: _Note, edit: Edit, revision: int) -> bool:
    if not note.told:
        return note.revision == revision
    changed = " ".join(text for op, text in edit.words if op) or f"{edit.before} {edit.after}"
    found = [k for k in keys(changed) if k.content and any(_same(k, told) for told in note.told)]
    return any(k.value or k.name for k in found) or len({k.stem for k in found}) >= 2 or _speaks_of(note, edit, revision)


def _speaks_of(note: _Note, edit: Edit, revision: int) -> bool:
    """Whether a note tells what was wrong without giving it: "the number of people aboard", "a remark about the troops".

    The sentence of the edit must hold half of what the note names, its figures aside. A note that says what sort of thing was
    wrong speaks of edits of that kind; one that does not, of edits that share two of its words, most if it is later.
    """
    told = {k.stem for k in note.told if not k.value}
    if not told or (note.about and edit.kind.value not in note.about):
        return False
    shared = told & {k.stem for k in (*keys(edit.before), *keys(edit.after))}
    if note.about or note.revision == revision:
        return 2 * len(shared) >= len(told) and (len(shared) >= 2 or bool(note.about))
    return 3 * len(shared) >= 2 * len(told) and len(shared) >= 2


def _same(a: Key, b: Key) -> bool:
    if a.value and b.value:
        return equivalent(a.value, b.value)
    return a.key == b.key or (not a.name and not b.name and a.stem == b.stem)
