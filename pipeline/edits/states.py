"""Rules for how certain, planned, allowed, done or far-reaching a thing is said to be."""

from collections import Counter
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from pipeline.edits.blocks import Block, equivalent, synonyms
from pipeline.edits.findings import Finding, Scene, stems_in, text_of
from pipeline.edits.keys import Key, KeyKind
from pipeline.model import EditKind
from pipeline.text import stem
from pipeline.words import family, groups


def modality(block: Block, scene: Scene) -> Finding | None:
    """How certain, planned, allowed or done a thing is said to be."""
    for rule in (_modal, _intent, _still_to_come, _status, _turn, _hedge, _scope):
        if finding := rule(block, scene):
            return finding
    return None


def _modal(block: Block, scene: Scene) -> Finding | None:
    words = family("modals")
    if not any(k.key in words for k in block.gone + block.come):
        return None
    before, after = (
        Counter(k.key for k in scene.before if k.key in words),
        Counter(k.key for k in scene.after if k.key in words),
    )
    gone = [k for k in block.gone if k.key in words and before[k.key] > after[k.key]]
    come = [k for k in block.come if k.key in words and after[k.key] > before[k.key]]
    if not gone and not come:
        return None
    if gone and come and (gone[0].stem == come[0].stem or synonyms(gone[0].stem) & synonyms(come[0].stem)):
        return None
    return Finding(EditKind.MODALITY, True, _moved("how certain or planned it is", gone, come))


def _intent(block: Block, scene: Scene) -> Finding | None:
    """A verb such as "offered to" that came or went before the deed."""
    gone, come = _infinitive(block.gone, scene.before), _infinitive(block.come, scene.after)
    if bool(gone) == bool(come):
        return None
    return Finding(EditKind.MODALITY, True, _moved("whether it was done or only meant", gone, come))


_BE = frozenset({"is", "are", "was", "were", "am"})


def _still_to_come(block: Block, scene: Scene) -> Finding | None:
    """ "Is to meet" and "was to be signed": a deed that was only planned, where it was done before, or the other way round."""
    before, after = _to_come(scene.before, block.before), _to_come(scene.after, block.after)
    if bool(before) == bool(after) or _to_come(scene.before) == _to_come(scene.after):
        return None
    said = before or after
    return Finding(
        EditKind.MODALITY, True, f"whether it was done or only planned: “{said}” was {'dropped' if before else 'added'}"
    )


def _to_come(sentence: Sequence[Key], place: tuple[int, int] | None = None) -> str:
    """The first "was to" in a sentence that a block touches, as written, or ""."""
    start, end = place or (0, len(sentence))
    for i in range(max(0, start - 2), min(end, len(sentence) - 2)):
        a, b, verb = sentence[i : i + 3]
        if a.key in _BE and b.key == "to" and not a.quoted and not verb.value and not verb.name:
            return f"{a.text} {b.text}"
    return ""


def _infinitive(found: Sequence[Key], sentence: Sequence[Key]) -> list[Key]:
    meant = [k for k in found if k.key in family("intents")]
    starts = {a.start for a, b in pairwise(sentence) if b.key == "to"} if meant else ()
    return [k for k in meant if k.start in starts]


def _moved(what: str, gone: Sequence[Key], come: Sequence[Key]) -> str:
    if gone and come:
        return f"{what}: “{text_of(gone)}” became “{text_of(come)}”"
    return f"{what}: “{text_of(come)}” was added" if come else f"{what}: “{text_of(gone)}” was dropped"


@cache
def _families() -> dict[str, frozenset[str]]:
    """Stem of a state word -> the families it belongs to."""
    table: dict[str, set[str]] = {}
    for name, members in groups("statuses").items():
        for word in members:
            table.setdefault(stem(word), set()).add(name)
    return {word: frozenset(found) for word, found in table.items()}


def _status(block: Block, scene: Scene) -> Finding | None:
    told = [(k, found) for k in block.come if (found := _families_of(k))]
    for a in block.gone if told else ():
        found = _families_of(a)
        for b, other in told if found else ():
            if a.stem != b.stem and found & other:
                return Finding(EditKind.MODALITY, True, f"the state went from “{a.text}” to “{b.text}”")
    return None


def _families_of(key: Key) -> frozenset[str]:
    return _families().get(key.stem, frozenset()) if key.kind is KeyKind.WORD else frozenset()


def _turn(block: Block, scene: Scene) -> Finding | None:
    gone, come = stems_in(block.gone, "turns"), stems_in(block.come, "turns")
    if bool(gone) == bool(come):
        return None
    return Finding(EditKind.MODALITY, True, _moved("the state", gone, come))


def _hedge(block: Block, scene: Scene) -> Finding | None:
    """A hedge that came, went or changed before a number that stayed. "About" on a conversion or another notation is style."""
    gone, come = _hedges(block.gone), _hedges(block.come)
    if (not gone and not come) or [k.key for k in gone] == [k.key for k in come]:
        return None
    side, place = (scene.after, come[0]) if come else (scene.before, gone[0])
    value = next((k.value for k in side if k.start >= place.end and k.value), None)
    kept = value and [k.value for k in (scene.before if come else scene.after) if k.value and equivalent(k.value, value)]
    if not value or not kept:
        return None
    soft = {k.key for k in gone + come} <= {"hedge about", "hedge exactly"}
    if soft and (place.bracket or all(v.text != value.text for v in kept)):
        return Finding(
            EditKind.COSMETIC, False, f"“{place.text}” before a figure that is a conversion or stands in another notation"
        )
    return Finding(EditKind.MODALITY, True, _moved(f"how sure the figure {value.text} is", gone, come))


def _hedges(found: Sequence[Key]) -> list[Key]:
    return [k for k in found if k.kind is KeyKind.HEDGE]


def _scope(block: Block, scene: Scene) -> Finding | None:
    words = family("scope")
    stems = {k.stem for k in block.gone} & {k.stem for k in block.come}  # "official" -> "officials" is no word of scope
    gone = [k for k in block.gone if k.key in words and not k.name and k.stem not in stems]
    come = [k for k in block.come if k.key in words and not k.name and k.stem not in stems]
    if not gone and not come:
        return None
    return Finding(EditKind.MODALITY, True, _moved("how far it reaches", gone, come))


def tells_state(key: Key) -> bool:
    """Whether a word tells a state, a turn, a denial or a degree of certainty."""
    if key.key in family("negations") or key.key in family("modals"):
        return True
    return key.stem in _families() or bool(stems_in([key], "turns") or stems_in([key], "denials"))
