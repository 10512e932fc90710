"""One change in one line of a terminal: the words that moved with as many of their neighbours as there is room for."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size

from pipeline.changelog.escape import one_line
from pipeline.changelog.folding import Entry
from pipeline.changelog.views import Words
from pipeline.changelog.wording import LineText, describe
from pipeline.model import ChangeKind

NEIGHBOURS = 18  # words at most that stand before what moved: whose state it is
LEAST = 1  # words before what moved, without which nobody knows what it is about
PART = 20  # cells of a sentence said before that still tell something
ARROW = " -> "
AHEAD = 3  # as many times fewer stand behind it
MARKS = {-1: "[-{}-]", 0: "{}", 1: "{{+{}+}}"}


def compact(entry: Entry, room: int) -> str:
    """What changed, and how sure, in at most `room` cells."""
    change, flags = entry.lead.change, ""
    text = describe(entry.lead, change.detected_at.date(), entry.path)
    if change.kind not in (ChangeKind.CHANGED, ChangeKind.NEW):
        flags += f" [{text.label}]"
    flags += " [silent]" if entry.lead.silent else ""
    flags += f" [{one_line(entry.lead.review)}]" if entry.lead.review else ""
    return f"{_told(text, room - cell_len(flags))}{flags}"


def _told(text: LineText, room: int) -> str:
    subject = f"{text.subject}: " if text.subject else ""
    if text.marks:
        return excerpt(text.marks, room) or _after(text.after, room)
    if not (text.before and text.after):
        return fit((subject + (text.after or text.before)).removesuffix("."), room)
    whole = f"{subject}{text.before.removesuffix('.')} -> {text.after.removesuffix('.')}".replace(" → ", " -> ")
    return whole if cell_len(whole) <= room else _pair(text.before.removesuffix("."), text.after.removesuffix("."), room)


def _pair(before: str, after: str, room: int) -> str:
    """Two sentences: what differs, if they begin alike; else the one after, and of the one before what there is room for."""
    old, new = before.split(), after.split()
    same = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    told = excerpt(_differing(old, new, same), room) if same > 1 else ""
    left = room - cell_len(after) - cell_len(ARROW)
    return told or (f"{fit(before, left)}{ARROW}{after}" if left >= PART else _after(after, room))


def _after(after: str, room: int) -> str:
    """What is said now, with a sign that something else was said before: half of two sentences tells less than one."""
    return f"…{ARROW}{fit(after.removesuffix('.'), room - 1 - cell_len(ARROW))}"


def _differing(old: Sequence[str], new: Sequence[str], same: int) -> Words:
    """A word diff of two sentences that begin with the same words and may end with the same."""
    most = min(len(old), len(new)) - same
    end = next((n for n in range(most) if old[-1 - n] != new[-1 - n]), most)
    gone, come = " ".join(old[same : len(old) - end]), " ".join(new[same : len(new) - end])
    pieces = ((0, " ".join(new[:same]) + " "), (-1, gone), (1, come), (0, " " + " ".join(new[len(new) - end :])))
    return tuple((sign, text) for sign, text in pieces if text.strip())


def excerpt(words: Words, room: int) -> str:
    """A sentence with its changes marked, cut down to these and as many words around them as fit; "" if hardly any would."""
    for beside in range(NEIGHBOURS, LEAST - 1, -1):
        text = one_line("".join(_piece(words, n, beside) for n in range(len(words))))
        if cell_len(text) <= room:
            return text.removesuffix(".")
    return ""


def _piece(words: Words, n: int, beside: int) -> str:
    sign, text = words[n]
    if sign:
        return MARKS[sign].format(text.strip()) + (" " if text.endswith(" ") else "")
    parts = text.split()
    head = parts[: beside // AHEAD] if n else []
    tail = parts[len(parts) - beside :] if n < len(words) - 1 else []
    if len(head) + len(tail) >= len(parts):
        return text
    return f"{' ' if text[:1] == ' ' else ''}{' '.join(head)}…{' '.join(tail)}{' ' if text[-1:] == ' ' else ''}"


def fit(text: str, width: int) -> str:
    """The text cut to a number of cells, an ellipsis for what is missing."""
    return text if cell_len(text) <= width else set_cell_size(text, max(width - 1, 0)).rstrip(" ,;:") + "…"


def pad(text: str, width: int) -> str:
    """The text in exactly so many cells."""
    return set_cell_size(fit(text, width), width)
