"""compare: two versions of an article as judged edits, and what the revision amounts to.

Headline and byline are fields of their own. In the body sentences are aligned; what was split or merged is judged as a whole,
what stands in one place as a replacement. Nothing is silenced by its size: an edit is cosmetic only where that is proven.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property, partial
from itertools import accumulate

from pipeline.diff import Aligned, Pair, align_paragraphs, word_diff
from pipeline.edits.findings import Context, Finding
from pipeline.edits.judge import ORDER, decide_edit, same_letters
from pipeline.edits.keys import bare
from pipeline.edits.lines import is_bio, is_correction, is_furniture, listed_places, starts_with_time, teaser_zone
from pipeline.edits.notes import explained, heading_mark, is_mild
from pipeline.edits.plain import plain_paragraphs
from pipeline.model import Edit, EditKind, Op, RevisionDecision, Version
from pipeline.text import fold, word_form


def compare(before: Version, after: Version, earlier_headlines: Sequence[str] = ()) -> RevisionDecision:
    """Judges the step from one version of an article to the next. `earlier_headlines` are those that stood before."""
    published = after.published_at or before.published_at
    edits = [
        *_headline(before.headline, after.headline, earlier_headlines, published, after.language),
        *_byline(before.byline, after.byline),
        *compare_bodies(before.text, after.text, published, (before.headline, after.headline), after.language),
    ]
    return explained([decide_revision(edits)])[0]


def decide_revision(edits: Sequence[Edit]) -> RevisionDecision:
    """What a revision amounts to: the kind of its most telling edit, and how many bear meaning."""
    loud = sorted((e for e in edits if e.meaningful), key=lambda e: ("respelt" in e.reason, ORDER.index(e.kind)))
    if not edits:
        return RevisionDecision(kind=EditKind.COSMETIC, meaningful=False, reason="no word differs", edits=())
    if not loud:
        reasons = Counter(e.reason for e in edits).most_common(1)[0][0]
        return RevisionDecision(
            kind=edits[0].kind, meaningful=False, reason=f"nothing that bears meaning: {reasons}", edits=tuple(edits)
        )
    more = f" (and {len(loud) - 1} more)" if len(loud) > 1 else ""
    return RevisionDecision(kind=loud[0].kind, meaningful=True, reason=loud[0].reason + more, edits=tuple(edits))


# ---- headline and byline -------------------------------------------------------------------------------------------------


def _headline(
    before: str, after: str, earlier: Sequence[str], published: dt.datetime | None, language: str | None
) -> list[Edit]:
    old, new = " ".join(plain_paragraphs(before)), " ".join(plain_paragraphs(after))
    if old == new:
        return []
    (mark_before, bare_before), (mark, bare_after) = heading_mark(old), heading_mark(new)
    if fold(bare_before) == fold(bare_after):
        return _edits(Op.CHANGE, [_marked(mark_before, mark)], old, new, "headline")
    decision = decide_edit(bare_before, bare_after, published, language=language)
    if not decision.meaningful:
        return _edits(Op.CHANGE, decision.findings[:1], old, new, "headline")
    if fold(new).casefold() in {fold(h).casefold() for h in earlier} - {fold(old).casefold()}:
        flap = Finding(EditKind.HEADLINE, False, "an earlier headline stands again: the headline goes back and forth")
        return _edits(Op.CHANGE, [flap], old, new, "headline")
    inner = "; ".join(f.reason for f in decision.findings)
    return _edits(Op.CHANGE, [Finding(EditKind.HEADLINE, True, f"the headline changed: {inner}")], old, new, "headline")


def _marked(before: str, after: str) -> Finding:
    """What it means that only the mark before a headline came, went or changed."""
    if not after or before == after or is_mild(after):
        said = f"the headline is marked {after}" if after else f"the headline lost its mark {before}"
        return Finding(EditKind.COSMETIC, False, said)
    return Finding(EditKind.CORRECTION, True, f"the headline is marked {after}")


def _byline(before: str | None, after: str | None) -> list[Edit]:
    old, new = " ".join(plain_paragraphs(before or "")), " ".join(plain_paragraphs(after or ""))
    if fold(old).casefold() == fold(new).casefold():
        return []
    finding = Finding(EditKind.COSMETIC, False, "the byline changed; the report's statements did not")
    return _edits(_op(old, new), [finding], old, new, "byline")


def _op(before: str, after: str) -> Op:
    return Op.CHANGE if before and after else Op.ADD if after else Op.REMOVE


def _edits(
    op: Op,
    findings: Sequence[Finding],
    before: str,
    after: str,
    field: str = "body",
    places: tuple[int | None, int | None] = (None, None),
) -> list[Edit]:
    """One edit for each finding on one pair of texts."""
    words = word_diff(before, after) if before and after else ()
    return [_of_finding(op, f, before, after, field, places, words) for f in findings]


def _of_finding(
    op: Op,
    finding: Finding,
    before: str,
    after: str,
    field: str,
    places: tuple[int | None, int | None],
    words: tuple[tuple[int, str], ...],
) -> Edit:
    return Edit(
        op=op,
        kind=finding.kind,
        meaningful=finding.meaningful,
        reason=finding.reason,
        before=before,
        after=after,
        field=field,
        before_paragraph=places[0],
        after_paragraph=places[1],
        words=words,
    )


# ---- body ----------------------------------------------------------------------------------------------------------------


def compare_bodies(
    before: str, after: str, published: dt.datetime | None = None, headlines: Sequence[str] = (), language: str | None = None
) -> list[Edit]:
    """The judged edits between two bodies, in the order of the new text as far as it goes."""
    if before == after:
        return []
    old, new = plain_paragraphs(before), plain_paragraphs(after)
    if not old and not new:
        return []
    if old == new:
        return _whole(old, new, "mark-up, links or line breaks")
    if proof := same_letters("\n".join(old), "\n".join(new)):
        return _whole(old, new, proof)
    aligned = align_paragraphs(old, new)
    return _Body(aligned, published, headlines, language).edits()


def _whole(old: Sequence[str], new: Sequence[str], proof: str) -> list[Edit]:
    """One cosmetic edit for bodies that are the same to a typesetter, shown by the first paragraph that differs."""
    at = next((k for k, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    shown = [side[at] if at < len(side) else "" for side in (old, new)]
    return _edits(Op.CHANGE, [Finding(EditKind.COSMETIC, False, f"only {proof}")], shown[0], shown[1], places=(at, at))


class _Body:
    """One comparison of two bodies: what the judgement of a sentence has to know of the others."""

    def __init__(self, aligned: Aligned, published: dt.datetime | None, headlines: Sequence[str], language: str | None):
        self.old, self.new, self.alignment = aligned.before, aligned.after, aligned.alignment
        self.moved = frozenset(aligned.alignment.moved)
        self.furthest = _furthest(aligned.alignment.pairs, len(aligned.before))
        self.published, self.language = published, language
        self.old_said = {word_form(p.text) for p in self.old} | {word_form(h) for h in headlines}
        self.new_said = {word_form(p.text) for p in self.new} | {word_form(h) for h in headlines}
        self.teasers_old, self.teasers_new = self._teasers()
        self.listed_old, self.listed_new = listed_places([p.text for p in self.old]), listed_places([p.text for p in self.new])

    def edits(self) -> list[Edit]:
        found = [(self._at(after, before), edit) for before, after in self._groups() for edit in self._judge(before, after)]
        return [edit for _, edit in sorted(found, key=lambda pair: pair[0])]

    def _at(self, after: Sequence[int], before: Sequence[int]) -> tuple[int, int]:
        """Where an edit stands in the new text; what was removed stands after its old neighbour."""
        if after:
            return (after[0], 0)
        return (self.furthest[before[0]], 1)

    def _groups(self) -> Iterable[tuple[tuple[int, ...], tuple[int, ...]]]:
        """Sentences of both versions that are judged together."""
        yield from _components(self.alignment.pairs)
        slots = [s for s in self.alignment.replaced if not self._keeps_apart(*s)]
        taken_old = {i for gone, _ in slots for i in gone}
        taken_new = {j for _, come in slots for j in come}
        yield from slots
        for run in _runs([j for j in self.alignment.added if j not in taken_new], [p.paragraph for p in self.new]):
            yield (), run
        for run in _runs([i for i in self.alignment.removed if i not in taken_old], [p.paragraph for p in self.old]):
            yield run, ()

    def _keeps_apart(self, gone: Sequence[int], come: Sequence[int]) -> bool:
        """Whether what went and came in one place are two things: entries of a live page, furniture, notes, teasers."""
        texts = [self.old[i].text for i in gone] + [self.new[j].text for j in come]
        if (
            any(starts_with_time(self.new[j].text) for j in come)
            or set(gone) & self.teasers_old
            or set(come) & self.teasers_new
        ):
            return True
        marks = [is_furniture(t) or is_correction(t) for t in texts]
        return any(marks) and not all(marks)

    def _teasers(self) -> tuple[set[int], set[int]]:
        """Places where both versions have teasers of other stories: lines went and came there, three or more in all."""
        old, new = teaser_zone([p.text for p in self.old]), teaser_zone([p.text for p in self.new])
        gone, come = set(self.alignment.removed) & set(old), set(self.alignment.added) & set(new)
        entries = any(starts_with_time(self.old[i].text) for i in gone) or any(starts_with_time(self.new[j].text) for j in come)
        return (set(old), set(new)) if gone and come and len(gone) + len(come) >= 3 and not entries else (set(), set())

    def _judge(self, before: tuple[int, ...], after: tuple[int, ...]) -> list[Edit]:
        old, new = " ".join(self.old[i].text for i in before), " ".join(self.new[j].text for j in after)
        places = (self.old[before[0]].paragraph if before else None, self.new[after[0]].paragraph if after else None)
        moved = len(before) == len(after) == 1 and before[0] in self.moved
        if old == new:
            move = Finding(EditKind.MOVE, False, "moved, no word changed")
            return _edits(Op.MOVE, [move] if moved else [], old, new, places=places)
        if finding := self._known(before, after, old, new):
            return _edits(_op(old, new), [finding], old, new, places=places)
        decision = decide_edit(old, new, self.published, partial(self._context, before), self.language)
        return _edits(_op(old, new), decision.findings, old, new, places=places)

    def _context(self, before: Sequence[int]) -> Context:
        """The words of the old text outside some sentences, and of the new text."""
        inside = _bare_words(self.old[i].text for i in before)
        return Context(lambda w: self.old_words[w] > inside[w], lambda w: self.new_words[w] > 0)

    @cached_property
    def old_words(self) -> Counter[str]:
        return _bare_words(p.text for p in self.old)

    @cached_property
    def new_words(self) -> Counter[str]:
        return _bare_words(p.text for p in self.new)

    def _known(self, before: tuple[int, ...], after: tuple[int, ...], old: str, new: str) -> Finding | None:
        """What the rest of the text says of a sentence that came or went."""
        if set(before) <= self.teasers_old and set(after) <= self.teasers_new and (before or after):
            return Finding(EditKind.COSMETIC, False, "a teaser of another story at the end of the page")
        if set(before) <= self.listed_old and set(after) <= self.listed_new:
            return Finding(EditKind.COSMETIC, False, "headlines of other stories under a heading of the page")
        if self._at_end(before, after) and is_bio(new or old):
            return Finding(EditKind.COSMETIC, False, "a line about the author")
        if not before and all(word_form(self.new[j].text) in self.old_said for j in after):
            return Finding(EditKind.COSMETIC, False, "the text said this before in another place")
        if not after and all(word_form(self.old[i].text) in self.new_said for i in before):
            return Finding(EditKind.COSMETIC, False, "the text still says this in another place")
        return None

    def _at_end(self, before: Sequence[int], after: Sequence[int]) -> bool:
        """Whether a passage that only came or went stands among the last three sentences."""
        if before and after:
            return False
        return max(after) >= len(self.new) - 3 if after else max(before) >= len(self.old) - 3


def _furthest(pairs: Sequence[Pair], count: int) -> list[int]:
    """For each old sentence the furthest new place of those before it; -1 if none of them stands any more."""
    place = [-1] * count
    for p in pairs:
        place[p.before] = max(place[p.before], p.after)
    return list(accumulate(place[:-1], max, initial=-1)) if count else []


def _bare_words(texts: Iterable[str]) -> Counter[str]:
    return Counter(bare(w.removesuffix("'s")) for text in texts for w in word_form(text).split())


def _components(pairs: Sequence[Pair]) -> Iterable[tuple[tuple[int, ...], tuple[int, ...]]]:
    """Paired sentences, with those that were split or merged in one group."""
    old, new = Counter(p.before for p in pairs), Counter(p.after for p in pairs)
    group_of_old: dict[int, list[Pair]] = {}
    group_of_new: dict[int, list[Pair]] = {}
    for p in pairs:
        if old[p.before] == new[p.after] == 1:
            yield (p.before,), (p.after,)
            continue
        a, b = group_of_old.get(p.before, []), group_of_new.get(p.after, [])
        merged = [*a, *(b if b is not a else []), p]
        for q in merged:
            group_of_old[q.before] = group_of_new[q.after] = merged
    for group in {id(g): g for g in group_of_old.values()}.values():
        yield tuple(sorted({p.before for p in group})), tuple(sorted({p.after for p in group}))


def _runs(places: Sequence[int], paragraphs: Sequence[int]) -> list[tuple[int, ...]]:
    """Adjacent places of one paragraph together."""
    runs: list[list[int]] = []
    for k in places:
        if runs and runs[-1][-1] == k - 1 and paragraphs[k - 1] == paragraphs[k]:
            runs[-1].append(k)
        else:
            runs.append([k])
    return [tuple(r) for r in runs]
