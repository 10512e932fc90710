"""What belongs together on a day is one line, and a long time is told in few lines that leave nothing uncounted."""

from dataclasses import replace
from datetime import date, timedelta

import changelog_story as world
from rich.cells import cell_len

from pipeline.changelog import render_markdown, render_story, terminal_lines
from pipeline.changelog.compact import compact, excerpt
from pipeline.changelog.days import log
from pipeline.changelog.digest import A_DAY, ALL, digest, is_long
from pipeline.changelog.folding import Entry, alike, entries, is_plain, kept
from pipeline.changelog.pages import environment
from pipeline.changelog.views import ChangeLine, StoryPage
from pipeline.changelog.wording import describe
from pipeline.model import Edit, EditKind, Op

CRACK = "length of the crack"


def figure(clock: str, before: str, after: str, kind: str = "changed", rank: float = 2.5, **more: object) -> ChangeLine:
    """A figure of the crack that moved on the second of March."""
    return world.line(2, clock, 0, CRACK, before, after, "Meridian Post", kind=kind, rank=rank, **more)


def statement(clock: str, text: str, rank: float = 1.2, day: int = 2, aspect: int = 0, before: str = "") -> ChangeLine:
    """A first statement, or one in other words."""
    kind = "changed" if before else "new"
    made = world.line(day, clock, aspect, "", before, text, "Canal Wire", kind=kind, rank=rank)
    change = replace(made.change, evidence_before=before, evidence_after=text, value_before="", value_after="")
    return replace(made, key="", words=(), change=change)


def long_story(days: int, a_day: int = 6) -> StoryPage:
    """A story with as many statements on each of the days, all unlike, the later of a day the higher."""
    start = world.at(2, "06:00")
    found = []
    for day in range(days):
        for n in range(a_day):
            one = statement("06:00", f"The {day * a_day + n}th basin holds water again.", rank=2.0 + n / 10, aspect=n % 3)
            at = start + timedelta(days=day, hours=n)
            change = replace(one.change, detected_at=at, change_id=f"chg_{day:03}_{n}", version_id=f"ver_{day:03}_{n}")
            found.append(replace(one, change=change))
    return replace(world.PAGE, changes=tuple(found), quiet_edits=(), days=())


# ---- a day ---------------------------------------------------------------------------------------------------------------


def test_a_value_that_moves_on_within_a_day_is_one_line_with_its_path() -> None:
    """Nine, then eleven, then nine again: the way is in the line, and its most telling step leads."""
    lines = (figure("08:00", "4", "9"), figure("10:00", "9", "11"), figure("12:00", "11", "9", "corrected", 3.0))
    [entry] = entries(lines)
    assert entry.path == ("4", "9", "11", "9") and entry.lead is lines[2] and entry.folded == lines[:2]
    assert describe(entry.lead, date(2026, 3, 2), entry.path).change == "Length of the crack: 4 → 9 → 11 → 9"
    assert compact(entry, 80) == "Length of the crack: 4 -> 9 -> 11 -> 9 [corrected]"


def test_the_same_move_in_another_outlet_is_the_same_line() -> None:
    """A second report of a move says it again; a move of another quantity does not."""
    again, other = figure("09:00", "4", "9"), replace(figure("09:30", "4", "9"), key="0|depth of the crack")
    found = entries((figure("08:00", "4", "9"), again, other))
    assert sorted(len(e.lines) for e in found) == [1, 2]
    assert all(e.path == () for e in found)


def test_the_same_figure_under_a_like_name_is_the_same_line() -> None:
    """Nineteen of the points and a plan of nineteen points are one piece of news; nineteen dead would be another."""
    plan, points, dead = (
        replace(figure(clock, before, value, kind), key=key)
        for clock, before, value, kind, key in (
            ("08:00", "28 point", "19 point", "conflict", "0|plan|point|"),
            ("09:00", "", "19", "new", "0|point||"),
            ("10:00", "", "19 dead", "new", "0|dead||"),
        )
    )
    assert sorted(len(e.lines) for e in entries((plan, points, dead))) == [1, 2]


def test_figures_that_do_not_follow_on_each_other_stay_apart() -> None:
    """Two values of one quantity from two sides are two lines."""
    assert len(entries((figure("08:00", "4", "9"), figure("09:00", "5", "7")))) == 2


def test_a_sentence_that_is_edited_again_is_one_line() -> None:
    """What the first line brought is what the second line changed."""
    first = statement("08:00", "The board has opened the lower gate.")
    second = statement("10:00", "The board has not opened the lower gate.", 2.5, before=first.change.evidence_after)
    [entry] = entries((second, first))
    assert entry.lead is second and entry.folded == (first,) and not entry.plain


def test_a_rewording_is_a_repetition_unless_a_figure_differs() -> None:
    """Nearly the same words say the same; another number never does, and few words say too little."""
    told = "The mayor asked people below the dam to leave their houses."
    assert alike(told, "The mayor asked people below the dam to leave their houses by road.")
    assert not alike(
        "The board will let 90 cubic metres a second through.", "The board will let 40 cubic metres a second through."
    )
    assert not alike("It holds.", "It holds.")
    assert not alike(told, "The school is closed, and the mayor has asked nobody to leave.")


def test_a_line_with_a_verdict_is_folded_into_no_other() -> None:
    """A person's word on a line stays where it was said."""
    judged = replace(figure("10:00", "9", "11"), review="accepted")
    assert len(entries((figure("08:00", "4", "9"), judged))) == 2


def test_plain_statements_of_an_aspect_are_one_and_a_count() -> None:
    """What moved stays; of statements that move nothing the most telling stays, and nothing gets lost."""
    plain = [statement(f"0{n}:00", f"Statement {n} speaks of something else altogether.", 1 + n / 10) for n in range(1, 5)]
    marks = statement("09:00", "The gate lets 1,200 litres through.", 2.5, before="The gate lets 1 200 litres through.")
    moved = figure("07:00", "4", "9")
    told, rest = kept(entries((*plain, moved, marks)))
    assert [e.lead for e in told] == [moved, marks] and is_plain(marks)
    assert {id(line) for e in (*told, *rest) for line in e.lines} == {id(x) for x in (*plain, moved, marks)}
    text = terminal_lines(replace(world.PAGE, changes=(*plain, moved), quiet_edits=(), days=()))
    assert text[-1].strip() == "and 3 more statements"


def test_a_page_folds_and_keeps_every_line_once() -> None:
    """What the terminal only counts stands folded on the page, with its anchor; nothing needs a script."""
    plain = [statement(f"0{n}:00", f"Statement {n} speaks of something else altogether.", 1 + n / 10) for n in range(1, 5)]
    lines = (*plain, figure("07:00", "4", "9"), figure("10:00", "9", "11"))
    text = render_story(replace(world.PAGE, changes=lines, quiet_edits=()))
    log_part = text[text.index('id="log"') : text.index('id="reports"')]
    assert all(log_part.count(f'id="{x.change.change_id}"') == 1 for x in lines)
    assert "3 more statements on state of the dam" in log_part and "1 more change of the day on this" in log_part


def test_a_sentence_that_was_replaced_is_shown_beside_the_one_before() -> None:
    """Marked words read well while half of a text stayed; beyond, both texts stand whole."""
    show = environment().from_string('{% from "macros.html" import edit_words with context %}{{ edit_words(edit) }}')
    edit = Edit(
        op=Op.CHANGE, before="It rains a lot.", after="It snows a lot.", kind=EditKind.OTHER, meaningful=True, reason=""
    )
    near = replace(edit, words=((0, "It "), (-1, "rains"), (1, "snows"), (0, " a lot.")))
    far = replace(edit, after="No word came.", words=((-1, "It rains"), (1, "No word"), (0, " "), (-1, "a lot."), (1, "came.")))
    assert "It <del>rains</del><ins>snows</ins> a lot." in show.render(edit=near)
    assert "<del>It rains a lot.</del><br><ins>No word came.</ins>" in show.render(edit=far)


def test_a_quiet_edit_that_a_line_tells_is_not_told_again() -> None:
    """In the terminal the line has the words and says that they came silently; --all has both."""
    quiet = world.QUIET[0]
    line = figure("07:00", "4", "9", silent=True)
    change = replace(line.change, article_id=quiet.article_id, evidence_after=quiet.edit.after, detected_at=quiet.seen_at)
    page = replace(world.PAGE, changes=(replace(line, change=change),), quiet_edits=(quiet,), days=())
    assert len(terminal_lines(page, everything=True)) == len(terminal_lines(page)) + 1 == 3
    assert len(terminal_lines(replace(page, changes=(replace(line, change=change, silent=False),)))) == 3


# ---- a long time ---------------------------------------------------------------------------------------------------------


def test_a_week_is_told_in_full_and_a_month_in_at_most_ninety_lines() -> None:
    """Three lines a day on average, in all what a person reads in one go; --all tells everything."""
    for days in (8, 20, 30, 200):
        page = long_story(days)
        lines = terminal_lines(page, 110)
        assert is_long(log(page)) and len(lines) <= min(A_DAY * days, ALL) + 3 <= 90
        assert all(cell_len(line) <= 110 for line in lines)
        assert len(terminal_lines(page, 110, everything=True)) > days * 6
    assert not is_long(log(long_story(7))) and len(terminal_lines(long_story(7), 110)) > 7 * 6


def test_what_a_long_log_leaves_out_is_counted_by_day() -> None:
    """Told and counted together are all lines of every day, also of days of which none is told."""
    for days in (8, 30, 200):
        found = digest(log(long_story(days)))
        assert sum(len(d.told) + d.more for d in found) == days * 6
        assert sum((d.last - d.first).days + 1 for d in found) == days


def test_a_long_markdown_log_tells_the_same_lines_and_the_way_to_the_others() -> None:
    """A bullet a line, and one a day for what is left out."""
    page = long_story(30)
    told = sum(len(d.told) for d in digest(log(page)))
    days = render_markdown(page).split("\n## Since")[1].split("\n## ", 1)[1]
    bullets = [line for line in days.splitlines() if line.startswith("- ")]
    rest = [line for line in bullets if line.startswith("- And ")]
    assert len(bullets) - len(rest) == told <= ALL and len(rest) == 30
    assert rest[-1] == "- And 4 more: `writethru changes --story aldermere-dam --since 2026-03-02 --until 2026-03-03`"


def test_every_day_has_its_best_line_before_any_has_a_second_best() -> None:
    """No day is passed over while there is room, and the line that stays is the most telling."""
    for day in digest(log(long_story(30))):
        assert day.told and max(e.lead.change.rank for _, e in day.told) == 2.5


def test_one_sentence_that_bears_on_two_aspects_is_told_once_in_a_long_log() -> None:
    """The second aspect adds to the count."""
    page = long_story(10)
    twin = replace(page.changes[5], change=replace(page.changes[5].change, change_id="chg_twin", aspect=world.ASPECTS[3].name))
    found = digest(log(replace(page, changes=(*page.changes, twin))))
    told = [e.lead.change.evidence_after for d in found for _, e in d.told]
    assert len(told) == len(set(told))
    assert sum(len(d.told) + d.more for d in found) == 61


def test_a_short_line_keeps_the_words_that_moved() -> None:
    """With as many neighbours as there is room for; where there is none, what is said now stands alone."""
    words = ((0, "The gate that the board built in the spring "), (-1, "is"), (1, "may be"), (0, " open from noon on Monday."))
    assert excerpt(words, 90) == "The gate that the board built in the spring [-is-]{+may be+} open from noon on Monday"
    for room in (45, 60, 75):
        text = excerpt(words, room)
        assert "[-is-]{+may be+}" in text and cell_len(text) <= room
    old, new = "The board of the dam has not met since Monday noon.", "The board of the dam has met twice since Monday noon."
    line = statement("08:00", new, 2.5, before=old)
    assert compact(Entry(line), 71) == "The board of the dam has [-not met-]{+met twice+} since Monday noon"
    other = Entry(statement("08:00", "Nothing is known yet of the reasons.", before="A wholly different text stood there."))
    assert compact(other, 90) == "A wholly different text stood there -> Nothing is known yet of the reasons"
    assert compact(other, 64) == "A wholly different text… -> Nothing is known yet of the reasons"
    assert compact(other, 40) == "… -> Nothing is known yet of the reasons"
    assert excerpt(words, 20) == ""
