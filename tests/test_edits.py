"""What edits are, what revisions amount to, and what must never be hushed."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.edits import compare, compare_bodies, decide_edit, explained
from pipeline.model import EditKind, Op, Version

CASES = Path(__file__).parent / "cases" / "edits"
NOON = datetime(2025, 3, 14, 12, tzinfo=UTC)
FRAME = "The two sides met in the old customs house.\n\n{}\n\nA further session is to follow, the hosts said."


def version(headline: str = "Council meets", text: str = "The council met. It voted.", **fields) -> Version:
    """A version of an invented article."""
    base = {"version_id": "ver_1", "article_id": "art_1", "url": "https://post.example/a", "outlet": "Alba Post", "seq": 1}
    return Version(**base, seen_at=NOON, headline=headline, text=text, text_hash="", published_at=NOON, **fields)


def sections(file: Path) -> list[str]:
    """The texts of a case between its `---` lines, the head comment left out."""
    parts = [part.partition("\n")[2].strip("\n") for part in file.read_text(encoding="utf8").split("\n--- ")]
    assert len(parts) == 4, f"{file} needs a comment, before, after and edits"
    return parts[1:]


@pytest.mark.parametrize("file", sorted(CASES.glob("*.txt")), ids=lambda f: f.stem)
def test_each_recorded_case_is_judged_as_it_says(file):
    """A case lists the edits that must be found: kind, loud or quiet, words of the reason; nothing else may be loud."""
    before, after, wanted = sections(file)
    edits = compare_bodies(before, after, NOON)
    for line in wanted.splitlines():
        kind, volume, *reason = line.split(" ", 2)
        meant = [e for e in edits if e.kind == kind and e.meaningful == (volume == "loud")]
        assert any(not reason or reason[0] in e.reason for e in meant), [(e.kind, e.meaningful, e.reason) for e in edits]
    if "loud" not in wanted:
        assert not [e.reason for e in edits if e.meaningful]


def pairs(name: str) -> list[tuple[str, str]]:
    """The pairs of a `before|after` file."""
    rows = (CASES / name).read_text(encoding="utf8").splitlines()[1:]
    return [tuple(row.split("|")) for row in rows]


def framed(line: str) -> str:
    """A line between two others, as it stands in a report."""
    return "\n\n".join(["The town was calm.", *([line] if line else []), "Shops opened late."])


@pytest.mark.parametrize(("before", "after"), pairs("cosmetic.psv"))
def test_other_words_for_the_same_are_not_called(before, after):
    """Style, notation, word order and furniture bear no meaning."""
    assert [e.reason for e in compare_bodies(framed(before), framed(after)) if e.meaningful] == []


@pytest.mark.parametrize(("before", "after"), pairs("facts.psv"))
@pytest.mark.parametrize("turned", [False, True])
def test_another_fact_is_called_in_both_directions(before, after, turned):
    """One word can be the story."""
    one, other = (after, before) if turned else (before, after)
    assert [e for e in compare_bodies(framed(one), framed(other)) if e.meaningful]


def test_a_headline_edit_is_a_field_of_its_own():
    """A headline-only edit is shown as such, with what it changes."""
    decision = compare(version("28-point plan for the port"), version("19-point plan for the port"))
    (edit,) = decision.edits
    assert (decision.kind, edit.field, edit.op) == (EditKind.HEADLINE, "headline", Op.CHANGE)
    assert "28-point" in edit.reason and "19-point" in edit.reason


def test_a_headline_in_other_capitals_is_cosmetic():
    """Title case is typography."""
    assert not compare(version("Council Meets In Old Hall"), version("Council meets in old hall")).meaningful


def test_an_earlier_headline_that_stands_again_is_a_flap():
    """An A/B headline going back is no news; a third headline is."""
    first, second = version("Council votes for the bridge"), version("Nine against five: the bridge is coming")
    back = compare(second, first, (first.headline, second.headline))
    assert not back.meaningful and "back and forth" in back.edits[0].reason
    assert compare(second, version("Council votes against the bridge"), (first.headline, second.headline)).meaningful


def test_a_byline_is_kept_apart_from_the_report():
    """A byline edit is recorded, and bears no meaning for what is reported."""
    (edit,) = compare(version(byline="Ada Tessaro"), version(byline="Ada Tessaro and Tom Reyes")).edits
    assert (edit.field, edit.meaningful) == ("byline", False)


def test_an_edit_without_a_note_is_silent_and_one_that_a_note_names_is_not():
    """A correction note is tied to the edit whose figure or name it gives."""
    before = "The list names 61 children.\n\nThe gate was shut at 9 p.m. on Monday."
    note = "\n\nCorrection: an earlier version gave the number of children as 61. It is 66."
    quiet = before.replace("61", "66").replace("9 p.m.", "7 p.m.")
    silent = {e.before: e.silent for e in compare(version(text=before), version(text=quiet)).edits}
    assert set(silent.values()) == {True}
    noted = {e.before: e.silent for e in compare(version(text=before), version(text=quiet + note)).edits if e.before}
    assert noted == {"The list names 61 children.": False, "The gate was shut at 9 p.m. on Monday.": True}


def test_a_note_that_names_nothing_explains_the_revision():
    """ "This article has been corrected" covers what was changed with it."""
    before = "The list names 61 children."
    after = "The list names 66 children.\n\nThis article has been corrected."
    assert not [e for e in compare(version(text=before), version(text=after)).edits if e.silent]


@pytest.mark.parametrize(
    ("note", "explained"),
    [
        ("This story has been updated to correct the cost of the repairs.", True),  # says what sort of thing, not the value
        ("Corrects paragraph 2 on what the repairs will cost the surveyor.", True),  # repeats the matter
        ("Correction: an earlier version misspelled the name of the mayor.", False),
    ],
)
def test_a_note_may_name_the_matter_and_not_the_value(note, explained):
    """A note explains the edit whose sentence it speaks of, and no other."""
    before = "The council voted on Monday.\n\nThe repairs will cost 3 million crowns, the surveyor said."
    after = before.replace("3 million", "5 million") + "\n\n" + note
    edits = compare(version(text=before), version(text=after)).edits
    assert [e.silent for e in edits if e.kind is EditKind.NUMBER] == [not explained]


@pytest.mark.parametrize(
    "line",
    [
        "Alba 12\u00b0C, light rain",
        "ABX 4,210.33 +0.41%",
        "Photo 3 of 9",
        "View all 14 photos",
        "2026-05-03T10:00:00Z",
        "Edited 3h ago",
        "Readers like you keep our newsroom going.",
        "This article is for members only.",
        "Words: Ada Tessaro",
    ],
)
def test_widgets_and_appeals_of_a_page_are_no_statements(line):
    """What a page shows beside its report comes and goes without meaning."""
    assert not [e.reason for e in compare_bodies(framed(""), framed(line)) if e.meaningful]


@pytest.mark.parametrize(
    "line", ["The toll stands at 12", "Dead: 12", "Magnitude 6.1", "Rain fell at 12\u00b0C on the dead", "12,403 votes"]
)
def test_a_short_line_with_a_fact_is_a_statement(line):
    """A line without a full stop may be the news."""
    assert [e for e in compare_bodies(framed(""), framed(line)) if e.meaningful]


def test_an_edit_carries_its_words_and_paragraphs():
    """The evidence of an edit joins to both sentences and knows where it stands."""
    before = version(text="The council met.\n\nIt has 9 members and a chair.")
    after = version(text="A band played.\n\nThe council met.\n\nIt has 11 members and a chair.")
    edit = next(e for e in compare(before, after).edits if e.op is Op.CHANGE)
    assert "".join(t for op, t in edit.words if op <= 0) == edit.before
    assert "".join(t for op, t in edit.words if op >= 0) == edit.after
    assert (edit.before_paragraph, edit.after_paragraph) == (1, 2)


def test_one_sentence_may_hold_edits_of_several_kinds():
    """A figure and a day that change together are two findings with one evidence."""
    decision = decide_edit("The port counted 12 boats on Monday.", "The port counted 15 boats on Friday.")
    assert {EditKind.NUMBER, EditKind.DATE} == {f.kind for f in decision.findings}


def test_the_reason_names_what_was_counted():
    """A reader understands the reason without the sentence."""
    assert decide_edit("A 28-point plan.", "A 19-point plan.").reason == "the number of points went from 28-point to 19-point"


def test_relative_days_are_weighed_by_the_calendar():
    """Yesterday and Thursday are one day on a Friday, two days on a Monday."""
    friday, monday = datetime(2025, 3, 14, tzinfo=UTC), datetime(2025, 3, 17, tzinfo=UTC)
    assert not decide_edit("The port closed yesterday.", "The port closed on Thursday.", friday).meaningful
    assert decide_edit("The port closed yesterday.", "The port closed on Thursday.", monday).meaningful


def test_a_revision_of_nothing_says_so():
    """The same version twice is no edit."""
    decision = compare(version(), version())
    assert (decision.edits, decision.meaningful) == ((), False)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Місто має 12 мостів. Вони старі.", "Місто має 19 мостів. Вони старі."),
        ("Мэр сказал: «Мост закрыт навсегда». Он ушёл.", "Мэр сказал: «Мост открыт навсегда». Он ушёл."),
        ("市には12の橋がある。古い橋だ。", "市には19の橋がある。古い橋だ。"),
        ("أغلق الميناء 12 جسرا. غادر الوزير.", "أغلق الميناء 19 جسرا. غادر الوزير."),
    ],
)
def test_figures_and_quotes_are_read_in_every_script(before, after):
    """What needs no word list works in every language."""
    assert compare(version(text=before, language="uk"), version(text=after, language="uk")).meaningful


def test_words_of_a_language_without_word_lists_are_shown_but_not_guessed_at():
    """In such a language a changed word is shown as changed, and named nothing else."""
    before, after = (
        version(text="Міст відкрито. Люди раді.", language="uk"),
        version(text="Міст закрито. Люди раді.", language="uk"),
    )
    decision = compare(before, after)
    assert decision.kind is EditKind.OTHER and "not judged further" in decision.reason
    marks = version(text="Міст  відкрито. Люди раді.", language="uk")
    assert not compare(before, marks).meaningful


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_two_texts_are_judged_with_true_evidence(before, after):
    """Hostile text never raises; every edit's sentences stand in the plain text and every reason is said."""
    for edit in compare_bodies(before, after):
        assert edit.reason and (edit.before or edit.after)
        assert "".join(t for op, t in edit.words if op <= 0) in ("", edit.before)


@given(st.text(max_size=200))
def test_the_same_text_twice_is_no_edit(text):
    """compare(a, a) finds nothing."""
    assert compare_bodies(text, text) == []


def test_judgements_give_equal_bytes_under_every_hash_seed():
    """Families are sets: their order must never reach a result."""
    files = sorted(CASES.glob("*.txt"))
    code = (
        "import sys, pathlib\nfrom pipeline.edits import compare_bodies\n"
        "for f in sys.argv[1:]:\n"
        "    p = pathlib.Path(f).read_text(encoding='utf8').split('\\n--- ')\n"
        "    print(compare_bodies(p[1].partition('\\n')[2], p[2].partition('\\n')[2]))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code, *map(str, files)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "11")
    }
    assert len(runs) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "Latest figures show that 40 people died.",
        "Related companies were raided on Monday.",
        "Popular anger grew over the ban.",
        "Airport closed",
        "Flood warning lifted",
        "Like others, the mayor fled.",
        "Share prices fell sharply.",
        "Print shops were burned.",
        "Watch towers were built on the border.",
        "Terms of the truce were not published.",
        "Close aides resigned.",
        "Download speeds collapsed.",
        "Search teams found two bodies.",
        "Home rule was suspended.",
        "Published reports say 12 died on Monday.",
        "Updated figures put the toll at 61.",
        "Comment on the draft was invited.",
        "Follow-up talks failed.",
        "Sources close to the talks confirmed it.",
        "By Monday, Ada Tessaro had left.",
        "Live ammunition was used.",
        "Cookies were found to spread the mould.",
        "More on the left than on the right voted no.",
        "Read aloud, the letter drew tears.",
        "Support for the strike grew.",
        "Photos of the raid were deleted.",
        "Photos from the scene show two burnt lorries.",
        "Video by witnesses showed flames.",
        "The report was published on Monday.",
        "Developing countries objected.",
        "Advertising revenue fell sharply.",
        "This video was recorded on Monday.",
        "Loading at the port has stopped.",
        "Contents of the letter were leaked.",
        "Navigation on the river was suspended.",
        "Additional work is needed on the dam.",
        "He was promised a free trial.",
        "Inspectors were denied full access to the plant.",
        "The firm changed its privacy policy.",
        "He resigned after making a donation to the party.",
        "Families were asked to get in touch with the police.",
        "Two states follow US sanctions.",
        "Not a member of the bloc, the island voted last.",
        "What is next for the port is unclear.",
        "Membership talks will become harder.",
        "The newsletter was leaked by a clerk.",
    ],
)
def test_a_statement_that_begins_like_furniture_is_a_statement(statement):
    """Added or removed, it is never hushed as a line of the page."""
    assert decide_edit("", statement).meaningful and decide_edit(statement, "").meaningful


@pytest.mark.parametrize(
    "word",
    [
        lambda k: str(k),
        lambda k: f"on {k % 28 + 1} March {1900 + k % 90}",
        lambda k: f"Name{k % 700} met",
        lambda k: f"${k} may",
    ],
    ids=["figures", "dates", "names", "states"],
)
def test_a_passage_without_an_end_costs_no_minutes(word):
    """Work is bounded for what is no sentence: 50 kB without a full stop, all of it changed, and the change is loud."""
    before, after = (" ".join(word(k + shift) for k in range(6000)) for shift in (0, 7))
    started = time.process_time()
    edits = compare_bodies(before, after)
    assert time.process_time() - started < 5  # ten times what it takes, so that a slow machine passes
    assert any(e.meaningful for e in edits)


# ---- notes and silence ---------------------------------------------------------------------------------------------------

LIST = "The list names 61 children.\n\nThe gate was shut at 9 p.m. on Monday.\n\nMinister Ana Tessaro spoke."
COUNTED = LIST.replace("61", "66")


def steps(*versions: Version) -> list:
    """The revisions of an article in order, each edit with the note that explains it."""
    return explained([compare(a, b) for a, b in pairwise(versions)])


def test_a_note_in_a_later_revision_explains_the_edit_that_it_names():
    """An edit is silent until the note comes, and the reason says which note that was."""
    note = "\n\nCorrection: an earlier version gave the number of children as 61. It is 66."
    first, second, third = version(text=LIST), version(text=COUNTED), version(text=COUNTED + note)
    assert [e.silent for e in steps(first, second)[0].edits] == [True]
    (edit,) = steps(first, second, third)[0].edits
    assert not edit.silent and "explained later by the note: Correction: an earlier version gave" in edit.reason


def test_a_later_note_leaves_other_edits_silent_and_says_that_it_explains_nothing():
    """A note about a name is no word of a figure."""
    note = "\n\nCorrection: an earlier version misspelled the name of Bo Prova."
    changed, noted = steps(version(text=LIST), version(text=COUNTED), version(text=COUNTED + note))
    assert [e.silent for e in changed.edits] == [True]
    assert [e.reason for e in noted.edits] == [
        "a note says that the text was corrected; nothing that it names was seen to change"
    ]


def test_a_note_that_names_nothing_covers_its_own_revision_and_no_earlier_one():
    """ "This article has been corrected" says nothing of an edit of yesterday."""
    bare = "\n\nThis article was amended on 3 March 2025."
    later = steps(version(text=LIST), version(text=COUNTED), version(text=COUNTED + bare))
    assert [e.silent for e in later[0].edits] == [True]
    assert "no other edit was seen with it" in later[1].edits[0].reason
    (figure, _) = steps(version(text=LIST), version(text=COUNTED + bare))[0].edits
    assert not figure.silent and "explained by the note" in figure.reason


@pytest.mark.parametrize(
    ("mark", "kind"),
    [
        ("UPDATE 2-", EditKind.COSMETIC),
        ("CORRECTED-", EditKind.CORRECTION),
        ("REFILE-", EditKind.CORRECTION),
        ("[Clarification] ", EditKind.CORRECTION),
    ],
)
def test_the_mark_of_a_wire_before_the_headline_is_a_note(mark, kind):
    """What is openly updated, refiled or corrected is not silent; the mark is a correction only if something was wrong."""
    before, after = version("Council meets", LIST), version(f"{mark}Council meets", COUNTED)
    headline, figure = compare(before, after).edits
    assert (headline.kind, headline.meaningful) == (kind, kind is EditKind.CORRECTION)
    assert not figure.silent and "explained by the note" in figure.reason
    assert [e.silent for e in compare(after, version(f"{mark}Council meets", COUNTED.replace("9 p.m.", "7 p.m."))).edits] == [
        True
    ]


def test_telling_what_notes_explain_twice_changes_nothing():
    """Revisions are judged anew whenever a look comes late."""
    note = "\n\nCorrection: an earlier version gave the number of children as 61. It is 66."
    told = steps(version(text=LIST), version(text=COUNTED), version(text=COUNTED + note))
    assert explained(told) == told


# ---- what only looks like an edit ----------------------------------------------------------------------------------------


def test_a_name_written_another_way_throughout_is_style_and_one_corrected_is_not():
    """Wasyl and Vasyl are one name in two ways to write another script; the old way must be gone from the text."""
    text = "Wasyl Horenko resigned. Horenko led the port for years."
    assert not [e for e in compare_bodies(text, text.replace("Wasyl", "Vasyl")) if e.meaningful]
    twice = text + "\n\nWasyl Horenko was born in the port."
    once = twice.replace("Wasyl Horenko resigned", "Vasyl Horenko resigned")
    assert [e.kind for e in compare_bodies(twice, once) if e.meaningful] == [EditKind.NAME]
    assert [e.kind for e in compare_bodies(text, text.replace("Horenko", "Harenko")) if e.meaningful]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("The paper was to be put to the council.", "The paper was put to the council.", EditKind.MODALITY),
        ("They are to meet in the port.", "They meet in the port.", EditKind.MODALITY),
        ("He has not been named.", "He has not yet been named.", EditKind.MODALITY),
        ("Which points went is unclear.", "Which other points went is unclear.", EditKind.MODALITY),
        ("Two officials said it was over.", "Three officials said it was over.", EditKind.ATTRIBUTION),
        ("People on both sides say it is over.", "An aide of the mayor says it is over.", EditKind.ATTRIBUTION),
        ("It passed by 13 votes in favour.", "It passed by 13 votes to none.", EditKind.NUMBER),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_small_words_that_change_what_is_said(before, after, kind, turned):
    """Planned or done, how far it reaches, how many say so: each in both directions."""
    decision = decide_edit(*((after, before) if turned else (before, after)))
    assert kind in {f.kind for f in decision.findings if f.meaningful}, decision.reason


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Entry of 3 May 2025.", "Entry of 3 May 2025, amended 18:20."),
        ("The port[1] is shut.", "The port is shut."),
        ("The mayor (pictured) resigned.", "The mayor resigned."),
        ("The report (opens in new tab) is out.", "The report is out."),
        ("The portâ€™s gate is shut.", "The port’s gate is shut."),
        ("The offiicals met in in the port.", "The officials met in the port."),
        ("A softer line was taken by the envoy.", "A milder line was taken by the emissary."),
        ("It cost 63m in all.", "It cost 63 million in all."),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_what_a_page_does_to_its_text_is_no_edit(before, after, turned):
    """Marks, asides, misread characters and misprints, put in or taken out."""
    one, other = (after, before) if turned else (before, after)
    assert not [e for e in compare_bodies(FRAME.format(one), FRAME.format(other)) if e.meaningful]
