"""What other trackers' rules make of an edit, and plain diffs of the libraries: what our judgement is to be read beside.

    python bench/peers.py CORPUS...

Each rule says whether an edit would be shown. They are written anew from what those projects do, not from their code: newsdiff
hides what differs after dates, clock times and spans are taken out, and small changes of figures and marks in longer texts;
diffengine compares texts without punctuation and white space; NewsDiffs compares all but the first line. difflib and
diff-match-patch know no meaning: whatever differs in a letter or figure is shown.

CORPUS is a folder with gold.json and observations.jsonl. Its labelled revisions are shown to each rule whole, title and text:
`recall` is the share of labelled edits with meaning that stand in a revision shown, `precision` the share of revisions shown
that hold such an edit, `quiet` the share of revisions without one that are not shown.
"""

import difflib
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from diff_match_patch import diff_match_patch

from pipeline.edits import compare_bodies, decide_edit

Rule = Callable[[str, str], bool]

MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
NEWSDIFF_DROPS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:updated|published|posted|modified)\b[^.]*\.?",
        rf"\b{MONTHS} \d{{1,2}}(?:, \d{{4}})?|\b\d{{1,2}} {MONTHS}(?: \d{{4}})?|\b\d{{4}}-\d\d-\d\d",
        r"\b\d{1,2}:\d\d(?::\d\d)?(?: ?[ap]\.?m\.?)?",
        r"\b\d+ (?:seconds?|minutes?|hours?|days?|weeks?|months?)\b(?: ago)?",
    )
]
NEWSDIFF_SMALL, NEWSDIFF_LONG = 10, 200  # characters of a change of figures and marks, of a text


def newsdiff(before: str, after: str) -> bool:
    """Shown unless equal without dates, times and spans, or unlike only in a few figures and marks of a longer text."""
    a, b = (_dropped(text) for text in (before, after))
    if a == b:
        return False
    changed = [text for op, text in _match_patch(a, b) if op]
    small = sum(map(len, changed)) <= NEWSDIFF_SMALL and not any(c.isalpha() for text in changed for c in text)
    return not (small and max(len(a), len(b)) > NEWSDIFF_LONG)


def _dropped(text: str) -> str:
    for pattern in NEWSDIFF_DROPS:
        text = pattern.sub("", text)
    return " ".join(text.split())


def diffengine(before: str, after: str) -> bool:
    """Shown unless equal without punctuation and white space."""
    a, b = (re.sub(r"[\W_]+", "", text) for text in (before, after))
    return a != b


def newsdiffs(before: str, after: str) -> bool:
    """Shown unless equal without the first line, white space folded."""
    a, b = (" ".join(text.partition("\n")[2].split()) if "\n" in text else " ".join(text.split()) for text in (before, after))
    return a != b


def plain_difflib(before: str, after: str) -> bool:
    """Shown if any word differs."""
    a, b = before.split(), after.split()
    return any(tag != "equal" for tag, *_ in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes())


def plain_match_patch(before: str, after: str) -> bool:
    """Shown if any letter or figure differs."""
    return any(op and any(c.isalnum() for c in text) for op, text in _match_patch(before, after))


def _match_patch(before: str, after: str) -> list[tuple[int, str]]:
    differ = diff_match_patch()
    differ.Diff_Timeout = 0.2  # seconds; out of time it shows more, and never nothing where something differs
    return differ.diff_main(before, after)


def ours(before: str, after: str) -> bool:
    """Headline and text as the program judges them."""
    (old, _, old_text), (new, _, new_text) = before.partition("\n\n"), after.partition("\n\n")
    return decide_edit(old, new).meaningful or any(e.meaningful for e in compare_bodies(old_text, new_text))


RULES: dict[str, Rule] = {
    "this program": ours,
    "newsdiff's rule": newsdiff,
    "diffengine's rule": diffengine,
    "NewsDiffs' rule": newsdiffs,
    "difflib, words": plain_difflib,
    "diff-match-patch": plain_match_patch,
}


def align_match_patch(before: list[str], after: list[str]) -> dict[str, list]:
    """Sentences aligned by diff-match-patch alone, a character a sentence: what is equal in order is paired, nothing else."""
    codes: dict[str, str] = {}
    a, b = ("".join(codes.setdefault(s, chr(0x100 + len(codes))) for s in side) for side in (before, after))
    pairs, added, removed = [], [], []
    i = j = 0
    for op, text in _match_patch(a, b):
        count = len(text)
        if op == 0:
            pairs += zip(range(i, i + count), range(j, j + count), strict=True)
        elif op < 0:
            removed += range(i, i + count)
        else:
            added += range(j, j + count)
        i, j = (i + count if op <= 0 else i), (j + count if op >= 0 else j)
    return {"pairs": pairs, "added": added, "removed": removed, "moved": []}


# ---- labelled stories ----------------------------------------------------------------------------------------------------

PAGES = {"flap", "gone", "bot_wall", "paywall", "empty"}  # what is wrong with a page, not edited in an article


@dataclass(frozen=True, slots=True)
class Revision:
    """Two states of an article between which edits were labelled, and how many of these bear meaning."""

    before: str
    after: str
    telling: int


def revisions(corpus: Path) -> list[Revision]:
    """The labelled revisions of a story whose two states were observed."""
    texts = {}
    for line in (corpus / "observations.jsonl").read_text(encoding="utf8").splitlines():
        seen = json.loads(line)
        texts[seen["url"], seen["at"]] = "\n\n".join([seen["title"] or "", *(seen["paragraphs"] or [])])
    labels = defaultdict(list)
    for edit in json.loads((corpus / "gold.json").read_text(encoding="utf8"))["edits"]:
        if edit["kind"] not in PAGES:
            labels[edit["url"], edit["from_at"], edit["to_at"]].append(edit["meaning"])
    known = [(key, told) for key, told in sorted(labels.items()) if (key[0], key[1]) in texts and (key[0], key[2]) in texts]
    return [Revision(texts[url, start], texts[url, end], sum(told)) for (url, start, end), told in known]


def scores(corpora: list[Path]) -> dict[str, dict[str, object]]:
    """Recall, precision and quiet of each rule over some stories."""
    found = [r for corpus in corpora for r in revisions(corpus)]
    total, still = sum(r.telling for r in found), [r for r in found if not r.telling]
    out: dict[str, dict[str, object]] = {}
    for name, rule in RULES.items():
        shown = [r for r in found if rule(r.before, r.after)]
        out[name] = {
            "revisions": len(found),
            "shown": len(shown),
            "recall": sum(r.telling for r in shown) / total,
            "precision": sum(r.telling > 0 for r in shown) / max(1, len(shown)),
            "quiet": 1 - sum(not r.telling for r in shown) / max(1, len(still)),
        }
    return out


if __name__ == "__main__":
    for name, row in scores([Path(p) for p in sys.argv[1:]]).items():
        print(f"{name:20}", *(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()))
