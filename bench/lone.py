"""A pair of sentences without the text around them: how far the product's findings show a change of meaning there.

Inside a document a fact that goes is news, for the new text no longer says it. A lone pair shows only what it gains: what it
loses may stand next door. So the same findings are weighed by points: half log-odds of a logistic regression on 3,254 labelled
pairs of encyclopedia, wire and abstract sentences, rounded; the threshold was chosen on the same pairs. For measuring only.
"""

from pipeline.edits import Finding, decide_edit
from pipeline.edits.blocks import Block, differing
from pipeline.edits.judge import same_letters
from pipeline.edits.keys import Key, keys
from pipeline.model import EditKind

CALLED = 4  # points


def lone_meaning(before: str, after: str) -> bool:
    """Whether a lone sentence gained enough to mean something else."""
    return points(before, after) >= CALLED


def points(before: str, after: str) -> int:
    """The weight of what changed between two sentences."""
    decision = decide_edit(before, after)
    blocks = differing(keys(before), keys(after))
    gone, come = [k for b in blocks for k in b.gone], [k for b in blocks for k in b.come]
    new, lost = {k.stem for k in come if k.content}, {k.stem for k in gone if k.content}
    signs = {
        6: [_replaced(EditKind.NUMBER, decision.findings)],
        5: [_replaced(EditKind.DATE, decision.findings)],
        3: [_count(come, "value") > _count(gone, "value")],
        2: [
            _count(come, "name") > _count(gone, "name"),
            bool(_count(come, "name") and _count(gone, "name")),
            len(new) >= 1,
            len(new) - len(lost) >= 5,
            any(_inserts(b) for b in blocks),
            len(after) > 1.15 * len(before),
        ],
        1: [after.count("(") > before.count("("), len(new) >= 2, len(new) >= 5],
        -1: [len(new) < len(lost), bool(lost)],
        -2: [len(blocks) >= 2, bool(same_letters(before, after))],
        -3: [not decision.meaningful and not decision.reason.startswith("one word was")],
    }
    return sum(weight * sum(held) for weight, held in signs.items())


def _replaced(kind: EditKind, findings: tuple[Finding, ...]) -> bool:
    """Whether a value of a kind gave way to another."""
    return any(f.kind is kind and "added" not in f.reason and "dropped" not in f.reason for f in findings)


def _count(found: list[Key], what: str) -> int:
    return sum(bool(getattr(k, what)) for k in found)


def _inserts(block: Block) -> bool:
    return not block.gone and any(k.content for k in block.come)
