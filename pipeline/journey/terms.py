"""Further terms for the aspects of a watched story, for a person to approve."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields

from pipeline.claims import Said, Suggestion, normal_form, split, suggest_terms
from pipeline.config import Settings, load_watches
from pipeline.errors import UsageError
from pipeline.journey.asking import reading
from pipeline.model import Report, Watch
from pipeline.store import Rows, Store

SHOWN = 5  # columns of a table; the others are too long for one


@dataclass(frozen=True, slots=True)
class Suggested:
    """What may be added to a watched story's aspects."""

    watch: Watch
    found: tuple[Suggestion, ...]

    def rows(self) -> Rows:
        names = tuple(f.name for f in fields(Suggestion))
        rows = [tuple(getattr(s, n) for n in names) for s in self.found]
        return Rows(columns=names, types=("VARCHAR",) * len(names), rows=rows)

    def table(self) -> Rows:
        """The columns that a terminal has room for."""
        every = self.rows()
        return Rows(columns=every.columns[:SHOWN], types=every.types[:SHOWN], rows=[r[:SHOWN] for r in every.rows])

    def lines(self) -> list[str]:
        """Lines of a stories.toml with the terms that stand there and those that are suggested."""
        if not self.found:
            return [f"{self.watch.slug}: nothing to suggest yet; more reports may change that"]
        lines = ["", "Keep what fits, under its aspect in stories.toml; then `writethru track --rebuild`:"]
        for aspect in self.watch.aspects:
            if new := [s.term for s in self.found if s.aspect == aspect.name]:
                name, terms = (json.dumps(v, ensure_ascii=False) for v in (aspect.name, [*aspect.terms, *new]))
                lines += ["", "[[story.aspect]]", f"name = {name}", f"terms = {terms}"]
        return lines


def suggest(settings: Settings, slug: str, aspect: str | None = None) -> Suggested:
    """Terms that go with a story's aspects and are not in their wording. Raises UsageError."""
    watches = {w.slug: w for w in load_watches(settings.stories)}
    if slug not in watches:
        raise UsageError(f"{settings.stories}: watches no story {slug!r}. It watches: {', '.join(sorted(watches)) or 'none'}")
    watch = watches[slug]
    names = [a.name for a in watch.aspects]
    if aspect is not None and aspect not in names:
        raise UsageError(f"{slug} has no aspect {aspect!r}. Its aspects: {', '.join(names) or 'none'}")
    with reading(settings) as store:
        found = suggest_terms(watch, sentences_of(store, watch))
    return Suggested(watch, tuple(s for s in found if aspect in (None, s.aspect)))


def sentences_of(store: Store, watch: Watch) -> list[Said]:
    """Every sentence of a story's reports once, with the aspects that it was filed under and the outlets that wrote it."""
    filed: dict[str, set[str]] = {}
    for row in store.rows("filed_sentences", {"story_id": watch.story_id}):
        filed.setdefault(normal_form(row["sentence"]), set()).add(row["aspect"])
    written: dict[str, tuple[str, set[str]]] = {}
    for normal, text, outlet in _written(store.reports(watch.story_id)):
        written.setdefault(normal, (text, set()))[1].add(outlet)
    return [
        Said(text=text, aspects=frozenset(filed.get(normal, ())), outlets=frozenset(outlets))
        for normal, (text, outlets) in written.items()
    ]


def _written(reports: Iterable[Report]) -> Iterable[tuple[str, str, str]]:
    """(normal form, sentence, outlet) of every sentence; a copy's is that of its source."""
    for report in reports:
        for text, *_ in split(report):
            yield normal_form(text), text, report.copy_outlet or report.outlet
