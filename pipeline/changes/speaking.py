"""Who speaks in a sentence of a report, and from when its days are seen."""

from dataclasses import replace
from datetime import datetime

from pipeline.changes.against import Scene
from pipeline.changes.reading import Page, Reading
from pipeline.claims import Unit
from pipeline.claims.attribution import Attribution
from pipeline.text import ValueKind, values


def voiced(scene: Scene, said: Attribution) -> Scene:
    """The scene of a sentence: with its source."""
    return replace(scene, root=said.root, named=bool(said.named), own=scene.own or scene.root)


def written_at(reading: Reading, page: Page) -> datetime:
    """When a sentence was written, as near as can be told: its days are seen from there.

    What an article that was known brings is as old as the update, unless an edit left the days of the sentence as they were.
    """
    seen, published = page.report.seen_at, page.report.published_at or page.report.seen_at
    if not page.known or seen <= published:
        return published
    if reading.was is None:
        return seen
    old = {v.key for v in values(reading.was.text) if v.kind is ValueKind.DATE}
    return seen if any(v.kind is ValueKind.DATE and v.key not in old for v in values(reading.unit.text)) else published


def speaker_after(unit: Unit, said: Attribution, before: str) -> str:
    """Whom a pronoun after this sentence means: its source, else the person named last in it."""
    if said.named:
        return said.named
    people = [name for name in names_in(unit) if " " in name]
    return people[-1] if people else before


def names_in(unit: Unit) -> list[str]:
    """The runs of capitalised words of a sentence that are no phrase of place, in order."""
    found: list[list[str]] = []
    at = -2
    for i, word in enumerate(unit.words):
        if word.name and not word.quoted and not any(c[0] == "@" for c in word.concepts):
            if at == i - 1 and word.start - unit.words[at].end <= 1:
                found[-1].append(word.text)
            else:
                found.append([word.text])
            at = i
    return [" ".join(run) for run in found]
