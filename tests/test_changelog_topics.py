"""What is set side by side, and what stands there."""

from dataclasses import replace

import changelog_story as world

from pipeline.changelog.matrix import Agreement, matrix
from pipeline.changelog.pictures import pictures
from pipeline.changelog.topics import topics
from pipeline.changelog.views import Said, StoryPage
from pipeline.changelog.wording import shown_value


def said(outlet: str, day: int, value: str, **more: object) -> Said:
    return Said(
        aspect=world.ASPECTS[0].name,
        subject="crack",
        outlet=outlet,
        article_id=world.article_id(outlet),
        url=world.url(outlet),
        seen_at=world.at(day, "08:00"),
        value=value,
        **more,
    )


def page(*told: Said) -> StoryPage:
    return replace(world.PAGE, said=told, standing=(), changes=())


def test_values_of_one_key_are_one_topic_whatever_they_are_called() -> None:
    """A crack and a gap of one key are one row of bands; another key is another topic."""
    told = [
        said("Canal Wire", 2, "4", topic="k"),
        replace(said("Harrow News", 3, "9", topic="k"), subject="gap"),
        said("Aspen Digest", 3, "7", topic="other"),
    ]
    assert sorted(t.values for t in topics(page(*told))) == [("4", "9"), ("7",)]
    assert [p.title for p in pictures(page(*told))] == ["State of the dam: crack"]


def test_what_nobody_else_speaks_about_is_no_picture() -> None:
    """A picture compares: one outlet with many values, or many with one, tells nothing."""
    assert not pictures(page(said("Canal Wire", 2, "4"), said("Canal Wire", 3, "9")))
    assert not pictures(page(said("Canal Wire", 2, "4"), said("Harrow News", 3, "4")))


def test_a_value_that_comes_back_stands_since_it_came_back() -> None:
    """4, then 9, then 4 again: who said 9 in between is older than what stands, not at odds with it."""
    told = page(said("Canal Wire", 2, "4"), said("Harrow News", 3, "9"), said("Aspen Digest", 5, "4"))
    [topic] = topics(told)
    assert (topic.stands, topic.since) == ("4", world.at(5, "08:00"))
    cells = {outlet: row[0].agreement for outlet, row in matrix(told).rows}
    assert cells == {"Aspen Digest": Agreement.SAME, "Canal Wire": Agreement.SAME, "Harrow News": Agreement.OLDER}


def test_who_says_otherwise_later_differs() -> None:
    """What stands is what the ledger says; a later value of one outlet is at odds with it."""
    row = replace(world.PAGE.standing[0], aspect=world.ASPECTS[0].name, subject="crack", value="9", since=world.at(3, "08:00"))
    told = replace(page(said("Canal Wire", 3, "9"), said("Harrow News", 4, "4")), standing=(row,))
    assert {outlet: cells[0].agreement for outlet, cells in matrix(told).rows}["Harrow News"] is Agreement.DIFFERS


def test_an_aspect_without_values_shows_what_each_outlet_said_last() -> None:
    """A statement is shown and compared with nothing."""
    told = page(said("Canal Wire", 2, "", sentence="It leaks."), said("Canal Wire", 3, "", sentence="It is dry."))
    made = matrix(told)
    assert [c.topic for c in made.columns] == [None]
    assert [(cell.said.sentence, cell.agreement) for _, [cell] in made.rows] == [("It is dry.", Agreement.SAYS)]


def test_values_are_shown_as_people_write_them() -> None:
    """Thousands are parted, days have names; nothing else is touched."""
    assert shown_value("600000") == "600,000" and shown_value("2025") == "2025" and shown_value("1.23456") == "1.23456"
    assert shown_value("2025-11-27") == "27 Nov 2025" and shown_value("2025-13-41") == "2025-13-41"
    assert shown_value("28 point") == "28 point"
