"""The order and the words of the log: what a reader meets first, and what a line claims."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import changelog_story as world
import feedparser
import jsonschema
import pytest
from rich.cells import cell_len

from pipeline.changelog import (
    render_atom,
    render_csv,
    render_json,
    render_json_feed,
    render_markdown,
    render_story,
    silent_feed,
    story_feed,
    terminal_lines,
)
from pipeline.changelog.days import aspect_order, grouped, log, moved
from pipeline.changelog.escape import shorten
from pipeline.changelog.matrix import Agreement, matrix
from pipeline.changelog.pictures import pictures
from pipeline.changelog.wording import (
    changed_words,
    describe,
    evidence,
    marked,
    plural,
    span,
    standing_contest,
    support,
    whose,
    without_shared_end,
)
from pipeline.model import ChangeKind, EditKind

PAGE = world.PAGE
SCHEMA = Path(__file__).parent.parent / "docs" / "report-schema.json"
CRACK = next(x for x in world.LINES if x.change.kind is ChangeKind.CHANGED and x.change.subject == "length of the crack")


# ---- order ---------------------------------------------------------------------------------------------------------------


def test_days_run_newest_first_and_none_is_left_out() -> None:
    """Every day with a change, a quiet edit or a count has its place, also the quiet one."""
    assert [d.day.day for d in log(PAGE)] == [6, 5, 4, 3, 2]


def test_aspects_keep_the_order_of_the_watch_and_lines_the_most_telling_first() -> None:
    """A reader finds an aspect at the same place every day."""
    order = [a.name for a in world.ASPECTS]
    for day in log(PAGE):
        names = [group.aspect for group in day.aspects]
        assert names == sorted(names, key=order.index)
        for group in day.aspects:
            ranks = [x.change.rank for x in group.lines]
            assert ranks == sorted(ranks, reverse=True)


def test_every_change_stands_once_in_the_log() -> None:
    """Grouping loses nothing and doubles nothing."""
    shown = [x.change.change_id for d in log(PAGE) for a in d.aspects for x in a.lines]
    assert sorted(shown) == sorted(x.change.change_id for x in world.LINES)


def test_an_aspect_that_the_watch_does_not_name_comes_last() -> None:
    """An aspect dropped from the stories file keeps its log."""
    odd = replace(CRACK, change=replace(CRACK.change, aspect="weather", change_id="chg_odd"))
    page = replace(PAGE, changes=(*world.LINES, odd))
    assert aspect_order(page)[-1] == "weather"
    assert "### Weather" in render_markdown(page)


def test_the_log_does_not_depend_on_the_order_in_which_changes_come() -> None:
    """The same values in another order give the same bytes."""
    turned = replace(PAGE, changes=tuple(reversed(world.LINES)), said=tuple(reversed(PAGE.said)), days=PAGE.days[::-1])
    assert render_markdown(turned) == render_markdown(PAGE)
    assert render_csv(turned) == render_csv(PAGE)
    assert [p.wide for p in pictures(turned)] == [p.wide for p in pictures(PAGE)]


def test_since_begins_a_day_before_unless_the_page_says_otherwise() -> None:
    """What moved is what was seen after that moment, not at it."""
    assert all(x.change.detected_at > world.AS_OF - timedelta(days=1) for x in moved(PAGE))
    assert len(moved(PAGE)) == 11
    last = max(x.change.detected_at for x in world.LINES)
    assert moved(replace(PAGE, since=last)) == ()
    assert "Nothing new on any aspect; the last change came on 6 Mar 16:20." in render_markdown(replace(PAGE, since=last))


# ---- words ---------------------------------------------------------------------------------------------------------------


def test_a_quiet_day_is_one_line() -> None:
    """It says that nothing is new, and how many reports repeat."""
    quiet = next(d for d in log(PAGE) if d.day == date(2026, 3, 4))
    assert quiet.quiet_note == "Nothing new on any aspect; 11 reports repeat what stood."
    after = render_markdown(PAGE).split("## Wednesday 4 March 2026\n\n")[1]
    assert after.startswith(quiet.quiet_note + "\n\n## Tuesday 3 March 2026")


def test_a_line_names_change_first_source_support_and_laggards() -> None:
    """The anatomy of a line in Markdown."""
    assert (
        "- **Length of the crack: 4 → 9 metres.** First in [Meridian Post](https://meridian.example/2026/03/dam-1), 09:40, "
        "people who saw the survey, unnamed (roughly); 4 independent sources (7 reports repeat it). "
        "*Still 4:* Aspen Digest; Daily Compass (silently corrected to 9 at 14:02)."
    ) in render_markdown(PAGE).splitlines()


def test_a_line_says_contested_and_silent_itself() -> None:
    """The reader needs no legend to see what is not certain."""
    text = render_markdown(PAGE)
    assert "**State of the wall: moves 2 millimetres a day → does not move.** *contested.*" in text
    corrected = next(x for x in text.splitlines() if x.startswith("- **Length of the crack: 11 → 9 metres"))
    assert "*corrected.*" in corrected and "*Changed silently, no note.*" in corrected and "one source." in corrected


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("90 metres a second", "40 metres a second", "90"),
        ("9 metres", "11 metres", "9"),
        ("agreed to sign", "refused to sign", "agreed"),
        ("rejects", "accepts", "rejects"),
        ("limit of 600,000", "no limit of 600,000", "limit"),
        ("the plan", "the plan", "the"),
        ("", "28 points", ""),
        ("the men said that nothing at all had been agreed on", "nothing had been agreed on", None),
    ],
)
def test_a_shared_end_is_said_once_and_something_is_always_left(before: str, after: str, shown: str | None) -> None:
    """The unit stands once; neither side is ever emptied, and a sentence stays whole."""
    assert without_shared_end(before, after) == (before if shown is None else shown, after)


@pytest.mark.parametrize(
    ("who", "kind", "words"),
    [
        ("a deputy minister", "person", "a deputy minister, by name"),
        ("people briefed on the talks", "unnamed official", "people briefed on the talks, unnamed"),
        ("Canal Wire", "outlet", "citing Canal Wire"),
        ("the draft", "document", "the draft, a document"),
        ("the ministry", "institution", "the ministry"),
        ("", "unnamed official", "unnamed official"),
        ("", "", "no source named"),
    ],
)
def test_the_kind_of_source_is_said(who: str, kind: str, words: str) -> None:
    """Named, unnamed, document or mere citation: the line tells which."""
    assert whose(who, kind) == words


def test_counts_read_as_sentences() -> None:
    """One is one, many are many, thousands have their comma."""
    assert support(0, 0) == "one source"
    assert support(3, 1) == "4 independent sources (1 report repeats it)"
    assert plural(1200, "report") == "1,200 reports"
    assert [span(timedelta(minutes=m)) for m in (5, 89, 90, 120, 60 * 35, 60 * 48)] == [
        "5 min",
        "89 min",
        "1.5 h",
        "2 h",
        "35 h",
        "2 days",
    ]


def test_long_values_are_cut_between_words() -> None:
    """A line stays a line; the whole sentence is in the evidence."""
    assert shorten("one two three four", 12) == "one two…"
    assert len(shorten("x" * 500, 140)) == 140
    long = replace(CRACK, change=replace(CRACK.change, after="word " * 100))
    assert len(describe(long, date(2026, 3, 2)).after) <= 140


def test_evidence_marks_the_words_with_and_without_a_word_diff() -> None:
    """Two different sentences have the values marked; one changed sentence its changed words."""
    before, after = evidence(CRACK)
    assert (-1, "4 metres") in before and (1, "9 metres") in after
    bare = replace(CRACK, words=())
    assert (-1, "4 metres") in evidence(bare)[0] and (1, "9 metres") in evidence(bare)[1]
    assert marked("Nothing of it.", "absent", 1) == ((0, "Nothing of it."),)
    assert marked("In İzmir 28 stood", "28", 1) == ((0, "In İzmir "), (1, "28"), (0, " stood"))


def test_a_sentence_changed_in_a_word_is_shown_once() -> None:
    """Its words are marked; two different sentences, and short values, stand as before and after."""
    sentence = "They have agreed on everything {} the war, said an adviser to three commissions."
    old, new = sentence.format("except"), sentence.format("but")
    change = replace(CRACK.change, before=old, after=new, evidence_before=old, evidence_after=new)
    head, tail = sentence.split("{}")
    diff = ((0, head), (-1, "except"), (1, "but"), (0, tail))
    day = date(2026, 3, 2)
    assert describe(replace(CRACK, change=change, words=diff), day).marks == diff
    assert describe(replace(CRACK, change=change, words=((-1, old), (1, new))), day).marks == ()
    assert describe(CRACK, day).marks == ()
    page = render_story(replace(PAGE, changes=(replace(CRACK, change=change, words=diff),)))
    assert "everything <del>except</del><ins>but</ins> the war" in page


def test_a_withdrawn_statement_reads_withdrawn() -> None:
    """Also where no value after is given."""
    gone = replace(CRACK, change=replace(CRACK.change, kind=ChangeKind.WITHDRAWN, after=""))
    assert describe(gone, date(2026, 3, 2)).change == "Length of the crack: 4 metres → withdrawn"


def test_contests_and_mere_laggards_are_told_apart() -> None:
    """A text that has not moved contradicts nobody."""
    row = replace(PAGE.standing[0], contested=(world.SOMEBODY, replace(world.LAGGARD, value="4 metres")))
    assert standing_contest(row) == (
        "“10 metres” in Harrow News (a diver, by name; since withdrawn)",
        "4 metres still in Aspen Digest",
    )


def test_changed_words_are_what_left_and_what_came() -> None:
    """Without a word diff the sentences stand for themselves."""
    assert changed_words(((0, "a "), (-1, "4"), (1, "9"), (0, " b"), (1, "c")), "x", "y") == ("4", "9 … c")
    assert changed_words((), "x", "y") == ("x", "y")


def test_edits_of_one_passage_are_one_quiet_edit() -> None:
    """A sentence judged for its number and for its source is shown once, with both kinds; one silent kind makes it silent."""
    lead = world.QUIET[0]
    twin = replace(lead, edit_id="edt_twin", edit=replace(lead.edit, kind=EditKind.ATTRIBUTION, silent=False))
    [group] = grouped((twin, lead))
    assert {e.kind for e in group.edits} == {EditKind.NUMBER, EditKind.ATTRIBUTION} and group.silent
    page = replace(PAGE, quiet_edits=(lead, twin))
    text = render_markdown(page)
    assert text.count("“4” → “9”") == 1 and "Quiet edits (1 that matters of 28)" in text
    assert len(terminal_lines(page)) == len(terminal_lines(replace(PAGE, quiet_edits=(lead,))))


# ---- terminal ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [60, 100, 140])
def test_the_terminal_log_fits_its_width(width: int) -> None:
    """An entry a change and a quiet edit, at most four lines each, a line a quiet day, and a head line a day."""
    lines = terminal_lines(PAGE, width, everything=True)
    assert all(cell_len(line) <= width for line in (*lines, *terminal_lines(PAGE, width)))
    assert len(terminal_lines(PAGE, width)) < len(lines)
    entries = [line for line in lines if re.match(r"\d\d:\d\d  ", line)]
    assert len(entries) == len(world.LINES) + len(world.QUIET)
    assert len(lines) <= 4 * len(world.LINES) + len(world.QUIET) + 1 + 5 + 4


def test_a_terminal_line_reads_time_aspect_change_source() -> None:
    """The flags survive when the change has to be cut."""
    lines = terminal_lines(PAGE)
    assert "06:10  water release         Release: 90 -> 40 cubic metres a second     Valley Radio +3  (7 repeat)" in lines
    assert any("[corrected]  [silent]" in line for line in lines)


# ---- data ----------------------------------------------------------------------------------------------------------------


def test_json_keeps_to_the_published_schema() -> None:
    """The schema is closed, so a field that is not described fails here."""
    schema = json.loads(SCHEMA.read_text(encoding="utf8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    check = jsonschema.Draft202012Validator(schema)
    for page in (PAGE, world.SMALL.stories[0], world.SITE.stories[1]):
        check.validate(json.loads(render_json(page)))
    wrong = json.loads(render_json(PAGE)) | {"surprise": 1}
    assert not check.is_valid(wrong)


def test_json_and_csv_hold_every_change_in_the_logs_order() -> None:
    """The first columns are those of the SQL view."""
    ids = [x.change.change_id for d in log(PAGE) for a in d.aspects for x in a.lines]
    data = json.loads(render_json(PAGE))
    rows = list(csv.DictReader(io.StringIO(render_csv(PAGE), newline="")))
    assert [c["change_id"] for c in data["changes"]] == ids == [r["change_id"] for r in rows]
    view = "change_id story_id slug aspect detected_at url article_id version_id kind subject before after evidence_before"
    view += " evidence_after attributed_to corroborations reason review"
    assert set(view.split()) <= set(rows[0]) & set(data["changes"][0])


# ---- feeds ---------------------------------------------------------------------------------------------------------------


def test_a_feed_entry_shows_the_change_itself() -> None:
    """Before, after, source and reason stand in the entry; its title is the change."""
    feed = feedparser.parse(io.BytesIO(render_atom(story_feed(PAGE)).encode()))
    assert not feed.bozo and len(feed.entries) == len(world.LINES)
    entry = next(e for e in feed.entries if e.title == "State of the dam: Length of the crack: 4 → 9 metres")
    content = entry.content[0].value
    assert "<del>4 metres</del>" in content and "<ins>9 metres</ins>" in content and "Meridian Post" in content
    assert entry.link == "https://meridian.example/2026/03/dam-1"
    assert [datetime(*e.updated_parsed[:6]) for e in feed.entries] == sorted(
        (datetime(*e.updated_parsed[:6]) for e in feed.entries), reverse=True
    )


def test_a_published_feed_links_to_our_pages_and_to_itself() -> None:
    """With an address to be published at, entries lead to the line in the log."""
    made = story_feed(PAGE, "https://reports.example/w/")
    feed = feedparser.parse(io.BytesIO(render_atom(made).encode()))
    assert feed.entries[0].link.startswith("https://reports.example/w/aldermere-dam/index.html#chg_")
    links = {link.rel: link.href for link in feed.feed.links}
    assert links["self"] == "https://reports.example/w/aldermere-dam/feed.atom"
    other = json.loads(render_json_feed(made))
    assert other["version"] == "https://jsonfeed.org/version/1.1"
    assert other["feed_url"].endswith("/feed.json") and other["items"][0]["url"] == feed.entries[0].link


def test_entry_ids_never_change_and_never_repeat() -> None:
    """An entry is the same entry whatever else is in the feed and wherever it is published."""
    ids = [e.id for e in feedparser.parse(io.BytesIO(render_atom(story_feed(PAGE)).encode())).entries]
    fewer = replace(PAGE, changes=world.LINES[:5])
    few = [e.id for e in feedparser.parse(io.BytesIO(render_atom(story_feed(fewer, "https://r.example")).encode())).entries]
    assert len(set(ids)) == len(ids)
    assert set(few) <= set(ids)


def test_the_silent_feed_holds_silent_edits_with_their_words() -> None:
    """The words that were changed without a note are in the entry."""
    feed = feedparser.parse(io.BytesIO(render_atom(silent_feed(world.SITE.silent, world.AS_OF)).encode()))
    assert len(feed.entries) == len(world.SITE.silent)
    assert any("<del>will</del>" in e.content[0].value and "<ins>may</ins>" in e.content[0].value for e in feed.entries)


def test_an_empty_story_has_valid_feeds_and_texts() -> None:
    """A story without reports is a valid story."""
    empty = world.SITE.stories[1]
    assert not feedparser.parse(io.BytesIO(render_atom(story_feed(empty)).encode())).bozo
    assert json.loads(render_json_feed(story_feed(empty)))["items"] == []
    assert "Nothing new" not in render_markdown(empty) and "Nothing new" not in render_story(empty)
    assert "Nothing new on any aspect." in render_markdown(replace(empty, aspects=world.ASPECTS))
    assert terminal_lines(empty) == ()


# ---- pictures and matrix -------------------------------------------------------------------------------------------------


def test_a_timeline_is_drawn_for_subjects_with_two_values_only() -> None:
    """One value over time is no picture; the value that stands has the accent colour, every band its words."""
    drawn = {(p.aspect, p.subject) for p in pictures(PAGE)}
    counts: dict[tuple[str, str], set[str]] = {}
    for s in PAGE.said:
        counts.setdefault((s.aspect, s.subject), set()).add(s.value)
    assert drawn <= {key for key, values in counts.items() if len(values) > 1}
    assert pictures(replace(PAGE, said=PAGE.said[:1])) == ()
    [crack] = [p for p in pictures(PAGE) if p.subject == "length of the crack"]
    assert "var(--band-now)" in crack.wide and ">11 metres<" in crack.wide and ">Meridian Post<" in crack.narrow
    assert "#" not in "".join(part for part in crack.wide.split('"') if part.startswith("#"))


def test_the_table_behind_a_timeline_holds_every_band() -> None:
    """Also those that the drawing leaves out."""
    [crack] = [p for p in pictures(PAGE) if p.subject == "length of the crack"]
    said = {(s.outlet, s.value) for s in PAGE.said if s.subject == "length of the crack"}
    assert {(b.outlet, b.value) for b in crack.bands} == said
    assert all(b.start <= b.end <= world.AS_OF for b in crack.bands)


def test_the_matrix_tells_same_older_and_different() -> None:
    """A cell is set against what stands and since when."""
    row = replace(PAGE.standing[0], aspect="a", subject="", now="19", since=world.at(4, "06:00"))
    form = PAGE.said[0]
    said = tuple(
        replace(form, aspect="a", subject="", outlet=outlet, value=value, seen_at=world.at(day, "08:00"))
        for outlet, value, day in (("A", "19", 4), ("B", "28", 3), ("C", "22", 5), ("D", "28", 3), ("D", "19", 5))
    )
    table = matrix(replace(PAGE, standing=(row,), said=said))
    found = {outlet: cells[0].agreement for outlet, cells in table.rows if cells[0]}
    assert found == {"A": Agreement.SAME, "B": Agreement.OLDER, "C": Agreement.DIFFERS, "D": Agreement.SAME}


def test_what_a_person_rejected_is_marked_and_leaves_the_feeds() -> None:
    """A rejected line stays in the record, last of its aspect and marked; feed readers do not get it any more."""
    first = max(world.LINES, key=lambda x: x.change.rank)
    judged = replace(first, review="rejected", review_by="Ana Kelso", review_note="a draft")
    page = replace(world.PAGE, changes=(judged, *(x for x in world.LINES if x is not first)))
    assert "*Rejected by Ana Kelso.*" in render_markdown(page)
    assert any("[rejected]" in line for line in terminal_lines(page, 120))
    told = {c["change_id"]: c for c in json.loads(render_json(page))["changes"]}[judged.change.change_id]
    assert (told["review"], told["review_by"], told["review_note"]) == ("rejected", "Ana Kelso", "a draft")
    items = story_feed(page).items
    assert judged.change.change_id not in {i.key for i in items} and len(items) == len(world.LINES) - 1
    mine = next(g for d in log(page) for g in d.aspects if judged in g.lines)
    assert mine.lines[-1] is judged or len(mine.lines) == 1
