"""The rules that read a block: each says what kind of edit it is, whether it bears meaning, and why, in a reader's words.

Here are the order of the rules and those on what was said and by whom; `figures`, `states` and `wording` hold the others.
"""

from collections.abc import Callable, Sequence
from functools import cache

from pipeline.edits.blocks import Block
from pipeline.edits.figures import date, number
from pipeline.edits.findings import Finding, Scene, stems_in, text_of
from pipeline.edits.keys import Key, KeyKind, bare
from pipeline.edits.states import modality
from pipeline.edits.wording import house_spelling, name, plain_words, style
from pipeline.model import EditKind
from pipeline.text import stem
from pipeline.words import family, lookup

LONGEST = 100_000  # keys in which sentences differ x keys of both: 150 words of which none stays; about 30 ms


def judge_blocks(blocks: Sequence[Block], scene: Scene) -> list[Finding]:
    """All findings of a pair of sentences. What is no longer a sentence is judged at a glance: its rules would cost seconds."""
    differing = sum(len(b.gone) + len(b.come) + 1 for b in blocks if b.gone or b.come)
    if differing * (len(scene.before) + len(scene.after)) > LONGEST:
        return [_at_large(blocks)]
    return [finding for block in blocks for finding in _restyled(block, scene)]


def _restyled(block: Block, scene: Scene) -> list[Finding]:
    """The findings of a block but for names that are only written another way."""
    left, names = house_spelling(block, scene) if scene.judged else (block, "")
    if not names:
        return judge_block(block, scene)
    style = Finding(EditKind.COSMETIC, False, f"a name is written another way throughout: {names}")
    return [style, *(judge_block(left, scene) if left.gone or left.come else [])]


def _at_large(blocks: Sequence[Block]) -> Finding:
    gone = sorted(k.key for b in blocks for k in b.gone if k.value)
    come = sorted(k.key for b in blocks for k in b.come if k.value)
    if gone != come:
        return Finding(EditKind.NUMBER, True, "figures changed in a passage too long to be read word by word")
    return Finding(EditKind.OTHER, True, "words changed in a passage too long to be read word by word")


def judge_block(block: Block, scene: Scene) -> list[Finding]:
    """All findings of one block. Plain words speak only where no rule of facts did."""
    if not scene.judged:
        return _unjudged(block, scene)
    if reason := style(block, scene):
        return [Finding(EditKind.COSMETIC, False, reason)]
    if marks := quotation_marks(block, scene):
        return [marks]
    found = [finding for rule in _FACTS if (finding := rule(block, scene))]
    if any(f.meaningful for f in found):
        return found
    plain = plain_words(block, scene)
    return [*found, plain] if plain else found


def _unjudged(block: Block, scene: Scene) -> list[Finding]:
    """What can be said of a block in a language without word families: its marks, figures and days, else that words changed."""
    if marks := quotation_marks(block, scene):
        return [marks]
    found = [finding for rule in (quote, number, date) if (finding := rule(block, scene))]
    changed = any(k.kind is KeyKind.WORD for k in block.gone + block.come)
    if not found and changed:
        return [Finding(EditKind.OTHER, True, "words changed; not judged further: there are no word lists for this language")]
    return found


# ---- quotes --------------------------------------------------------------------------------------------------------------


def quote(block: Block, scene: Scene) -> Finding | None:
    """Words inside quotation marks that changed, came or went; inside them nothing is a synonym."""
    gone, come = [k for k in block.gone if k.quoted], [k for k in block.come if k.quoted]
    if not gone and not come:
        return None
    if gone and come:
        return Finding(EditKind.QUOTE, True, f"quoted words went from “{text_of(gone)}” to “{text_of(come)}”")
    if gone:
        return Finding(EditKind.QUOTE, True, f"quoted words were dropped: “{text_of(gone)}”")
    return Finding(EditKind.QUOTE, True, f"quoted words were added: “{text_of(come)}”")


def quotation_marks(block: Block, scene: Scene) -> Finding | None:
    """Quotation marks that came or went round words that stayed; round a mere name or title they are style."""
    old, new = scene.before[slice(*block.before)], scene.after[slice(*block.after)]
    if [k.key for k in old] != [k.key for k in new] or not any(k.quoted for k in (*old, *new)):
        return None
    words = [k for k in new if k.content]
    if not words or all(k.name for k in words):
        return Finding(EditKind.COSMETIC, False, "quotation marks round a name came or went")
    if all(k.quoted for k in new):
        return Finding(EditKind.QUOTE, True, f"“{text_of(new)}” was put into quotation marks")
    return Finding(EditKind.QUOTE, True, f"“{text_of(old)}” lost its quotation marks")


# ---- negation and attribution ------------------------------------------------------------------------------------------


def negation(block: Block, scene: Scene) -> Finding | None:
    """A denial that came or went: "not" and its kin counted over the sentences, or a verb of denial on one side."""
    words = family("negations")
    if here := [k for k in block.gone + block.come if k.key in words]:
        (before, denied), (after, still) = _denials(scene.before), _denials(scene.after)
        if before != after or denied != still:
            more = after > before if before != after else still > denied
            return Finding(EditKind.NEGATION, True, f"“{here[0].text}” was {'added' if more else 'dropped'}")
    if never := next((k for k in here if k.key == "never"), None):
        return Finding(EditKind.NEGATION, True, f"“{never.text}” was {'dropped' if never in block.gone else 'added'}")
    gone, come = stems_in(block.gone, "denials"), stems_in(block.come, "denials")
    if bool(gone) != bool(come):
        said = (gone or come)[0].text
        return Finding(EditKind.NEGATION, True, f"“{said}” was {'dropped' if gone else 'added'}")
    return None


def _denials(sentence: Sequence[Key]) -> tuple[int, int]:
    """How many words of denial a sentence has, and how often it denies: "not ruled out" and "did not deny" deny nothing."""
    words, count, undone = family("negations"), 0, 0
    for i, k in enumerate(sentence):
        if k.key in words:
            count += 1
            verb = next((n for n, f in enumerate(sentence[i + 1 : i + 4], i + 1) if f.content), len(sentence))
            undone += bool(stems_in(sentence[verb : verb + 1], "denials")) or _ruled_out(sentence[verb : verb + 2])
    return count, count - undone


def _ruled_out(found: Sequence[Key]) -> bool:
    return [k.stem for k in found] == ["rule", "out"]


def attribution(block: Block, scene: Scene) -> Finding | None:
    """Who is said to have said it, or with what force."""
    gone, come = _say(block.gone), _say(block.come)
    if gone and come and lookup("say_verbs").get(gone[0].key) != lookup("say_verbs").get(come[0].key):
        return Finding(EditKind.ATTRIBUTION, True, f"“{gone[0].text}” became “{come[0].text}”")
    who_gone, who_come = _who(block.gone), _who(block.come)
    if (who_gone or who_come) and (gone or come or _beside_say(block, scene)):
        return Finding(EditKind.ATTRIBUTION, True, _who_reason(who_gone, who_come))
    if counted := _counted_sources(block, scene):
        return Finding(EditKind.ATTRIBUTION, True, f"the number of sources changed: {counted}")
    if terms := _terms(block, scene):
        return terms
    if bool(gone) != bool(come) and sum(k.content for k in block.gone + block.come) <= 3:
        return Finding(EditKind.ATTRIBUTION, True, _said_reason(gone, come))
    left, right = [k for k in block.gone if k.content], [k for k in block.come if k.content]
    if left and right and _before_say(block, scene):
        return Finding(EditKind.ATTRIBUTION, True, _who_reason(left, right))
    return None


def _terms(block: Block, scene: Scene) -> Finding | None:
    """What the text tells of how much its source knows, or on what terms it speaks, in a sentence in which somebody speaks."""
    gone, come = stems_in(block.gone, "sourcing"), stems_in(block.come, "sourcing")
    if bool(gone) == bool(come) or not (_say(scene.before) and _say(scene.after)):
        return None
    words = text_of([k for k in (block.come if come else block.gone) if k.content])
    return Finding(EditKind.ATTRIBUTION, True, f"what is said of the source: “{words}” was {'added' if come else 'dropped'}")


def _counted_sources(block: Block, scene: Scene) -> str:
    """How many of those who say it there are now (or were), if the block changes that number; "" if not."""
    for found, side in ((block.come, scene.after), (block.gone, scene.before)):
        for k in found:
            people = k.value is not None and k.value.noun in lookup("roles") and not k.value.unit
            if people and _speak(side, side.index(k), k.value.noun if k.value else ""):
                return f"{k.text} {k.value.noun if k.value else ''}"
    return ""


def _speak(sentence: Sequence[Key], at: int, noun: str) -> bool:
    """Whether those who are counted at a place are the ones who say it: nobody else stands between them and the verb."""
    if _say(sentence[max(0, at - 2) : at]):
        return True
    met = False
    for k in sentence[at + 1 : at + 8]:
        if _say([k]):
            return True
        met = met or k.key == noun
        if met and not (k.key == noun or k.stop or k.stem in _sourcing() or k.key in {"matter", "talks", "plan", "situation"}):
            return False
    return False


@cache
def _sourcing() -> frozenset[str]:
    return frozenset(stem(w) for w in family("sourcing"))


def _said_reason(gone: Sequence[Key], come: Sequence[Key]) -> str:
    if come:
        return f"“{come[0].text}” was added: the statement is now someone's"
    return f"“{gone[0].text}” was dropped: the statement is now the outlet's own"


def _before_say(block: Block, scene: Scene) -> bool:
    """Whether the block stands right before a plain verb of saying, where the speaker stands."""
    following = scene.after[block.after[1] : block.after[1] + 1]
    return bool(following) and lookup("say_verbs").get(following[0].key) in {"said", "reported", "announced"}


def _say(found: Sequence[Key]) -> list[Key]:
    return [
        k for k in found if k.kind is KeyKind.WORD and not k.name and (k.key in lookup("say_verbs") or k.key == "according to")
    ]


def _who(found: Sequence[Key]) -> list[Key]:
    roles, wires = lookup("roles"), _wire_words()
    return [k for k in found if k.kind is KeyKind.WORD and (k.name or k.key in roles or k.key in wires)]


@cache
def _wire_words() -> frozenset[str]:
    return frozenset(bare(w) for w in lookup("wires"))


def _beside_say(block: Block, scene: Scene) -> bool:
    """Whether a verb of saying that stayed stands in the block or within two keys of it."""
    near = scene.after[max(0, block.after[0] - 2) : block.after[1] + 2]
    return bool(_say(near))


def _who_reason(gone: list[Key], come: list[Key]) -> str:
    if gone and come:
        return f"the source went from {text_of(gone)} to {text_of(come)}"
    return f"a source was added: {text_of(come)}" if come else f"a source was dropped: {text_of(gone)}"


_FACTS: tuple[Callable[[Block, Scene], Finding | None], ...] = (quote, number, date, negation, attribution, modality, name)
