"""Who is told of what: real messages to a server on this machine, each thing once, and no address in any text."""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta

import pytest
from collecting import DAY, HOUR, MINUTE, Desk
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response
from world import World

from pipeline import cli, journey
from pipeline.config import load_settings
from pipeline.health import Known, Stands, decide_turn
from pipeline.notify import LONGEST, Item, message, moved

STORY = """\
[[story]]
slug = "harbour-talks"
title = "Talks on the harbour"
match = ["harbour talks"]

[[story.aspect]]
name = "money"
about = "How many million crowns the council sets aside"
"""
TEXT = "Harbour talks went on, and the council set aside {n} million crowns for the quay, its spokeswoman Ilse Brandt said."
BACKGROUND = "The storm kept the boats in the port, and the market on the quay stayed closed until noon on that day."


class Channel:
    """What arrived, and the answer to come."""

    def __init__(self, server: HTTPServer, path: str = "/hook-7f3a"):
        self.messages: list[dict[str, str]] = []
        self.status = 200
        self.meanwhile: Callable[[], None] = lambda: None  # what happens while it takes a message
        self.address = f"json://127.0.0.1:{server.port}{path}"
        server.expect_request(path).respond_with_handler(self._take)

    def _take(self, request: Request) -> Response:
        self.meanwhile()
        if self.status == 200:
            self.messages.append(json.loads(request.data))
        return Response("", status=self.status)


@pytest.fixture
def channel(httpserver, monkeypatch):
    channel = Channel(httpserver)
    monkeypatch.setenv("DESK_CHANNEL", channel.address)
    return channel


@pytest.fixture
def press(tmp_path):
    """An outlet whose one article is part of a watched story, and the desk that follows it."""
    world = World()
    tern = world.outlet("Tern")
    paragraphs = [TEXT.format(n=50), BACKGROUND]
    tern.publish("harbour-talks", headline="Harbour talks go on", paragraphs=paragraphs, at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world)
        (tmp_path / "stories.toml").write_text(STORY, encoding="utf8")
        yield desk, tern.articles[0]


def rules(desk: Desk, text: str) -> None:
    file = desk.folder / "writethru.toml"
    file.write_text(file.read_text(encoding="utf8") + text, encoding="utf8")
    desk.settings = load_settings(file)


def poll(desk: Desk, hours: int) -> list[str]:
    """Everything that a scheduled run does, at that hour."""
    return journey.run(desk.settings, DAY + hours * HOUR, everything=True).lines()


def test_a_change_is_told_once_with_its_story_and_address(press, channel):
    """Not what was there when the rule began; what comes, the moment it comes; and never again."""
    desk, article = press
    rules(desk, '[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    poll(desk, 0)
    assert channel.messages == []
    article.edit(paragraph=0, text=TEXT.format(n=80))
    told = poll(desk, 3)
    assert "desk: 1 things sent" in told
    (sent,) = channel.messages
    assert (
        sent["title"].startswith("desk: money: ")
        and "80 million" in sent["title"]
        and "Talks on the harbour" in sent["message"]
    )
    assert "80 million crowns" in sent["message"] and article.url in sent["message"] and "(Tern, changed)" in sent["message"]
    poll(desk, 6)
    assert len(channel.messages) == 1


def test_while_a_message_is_on_its_way_others_write_and_nobody_sends(press, channel, monkeypatch):
    """A slow channel holds up no run; a second run that would send the same is told who is at it."""
    desk, article = press
    rules(desk, '[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    poll(desk, 0)
    article.edit(paragraph=0, text=TEXT.format(n=80))
    monkeypatch.setenv("DESK_CHANNEL", channel.address + "?rto=60")  # seconds that it may take
    seen = []

    def command(*words: str) -> None:
        code = "from pipeline.cli import main; main()"
        when = (DAY + 4 * HOUR).isoformat()
        told = [sys.executable, "-c", code, *words, "--config", str(desk.folder / "writethru.toml"), "--now", when]
        done = subprocess.run(told, capture_output=True, text=True, timeout=60, check=False)
        seen.append((words[0], done.returncode, done.stderr))

    def meanwhile() -> None:
        command("ingest")
        command("notify")

    channel.meanwhile = meanwhile
    assert "desk: 1 things sent" in poll(desk, 3)
    (_, ingested, _), (_, refused, why) = seen
    assert ingested == 0 and refused != 0 and "writethru notify" in why and f"process {os.getpid()}" in why
    channel.meanwhile = lambda: None
    poll(desk, 6)
    assert len(channel.messages) == 1


def test_what_could_not_be_sent_is_sent_with_the_next_run(press, channel):
    """The channel answers with an error: the summary says so, nothing is lost."""
    desk, article = press
    rules(desk, '[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    poll(desk, 0)
    article.edit(paragraph=0, text=TEXT.format(n=80))
    channel.status = 500
    assert "desk: could not be sent; it is tried again with the next run" in poll(desk, 3)
    channel.status = 200
    poll(desk, 6)
    assert len(channel.messages) == 1 and "80 million" in channel.messages[0]["message"]


@pytest.mark.parametrize(
    ("narrow", "wanted"),
    [
        ('stories = ["harbour-talks"]', True),
        ('stories = ["another"]', False),
        ('aspects = ["money"]\nkinds = ["changed", "corrected"]', True),
        ('kinds = ["denied"]', False),
        ('outlets = ["Gull"]', False),
        ("changes = false", False),
        ("changes = false\nsilent_edits = true", True),
    ],
)
def test_a_rule_is_told_of_what_it_asks_for(press, channel, narrow, wanted):
    """By story, aspect, kind and outlet; lines of the log, silent edits."""
    desk, article = press
    rules(desk, f'[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n{narrow}\n')
    poll(desk, 0)
    article.edit(paragraph=0, text=TEXT.format(n=80))
    poll(desk, 3)
    assert len(channel.messages) == wanted


def test_a_digest_comes_as_often_as_asked(press, channel):
    """What gathers in between comes together."""
    desk, article = press
    rules(desk, '[[notify]]\nname = "daily"\nto = "DESK_CHANNEL"\nevery = "1d"\n')
    poll(desk, 0)
    for hours, n in ((3, 80), (9, 90)):
        article.edit(paragraph=0, text=TEXT.format(n=n))
        poll(desk, hours)
    assert channel.messages == []
    poll(desk, 25)
    (sent,) = channel.messages
    assert sent["title"] == "daily: 2 news" and "80 million" in sent["message"] and "90 million" in sent["message"]


def keeper(desk: Desk, more: str = "") -> None:
    rules(desk, f'[[notify]]\nname = "keeper"\nto = "DESK_CHANNEL"\nchanges = false\nwarnings = true\n{more}')


def test_a_warning_comes_once_when_it_begins_and_once_when_it_is_over(press, channel, caplog):
    """A feed that dies and is mended: however many passes see it, two messages, each with what a person can do or know."""
    caplog.set_level(logging.INFO)
    desk, _ = press
    keeper(desk)
    poll(desk, 0)
    desk.world.outlets[0].answer(500, times=5)
    for hours in (30, 34, 60, 90, 120):
        poll(desk, hours)
    (begun,) = channel.messages
    assert "Tern: no feed has been read since 4 Mar 09:30" in begun["title"] + begun["message"]
    assert "What needs a person" in begun["message"] and "Next: Wait, for it is tried again by itself" in begun["message"]
    for hours in (122, 124, 126, 130):
        poll(desk, hours)
    (_, over) = channel.messages
    assert over["title"] == "keeper: over: Tern: feeds that cannot be read"
    assert "What is over" in over["message"] and "it began 4 days ago" in over["message"]
    events = [r.getMessage().partition(" ")[0] for r in caplog.records if r.getMessage().startswith("finding.")]
    assert events == ["finding.began", "finding.over"]


def test_what_is_gone_for_a_moment_is_not_told_to_be_over(press, channel):
    """Nor told again when it is back."""
    desk, _ = press
    keeper(desk)
    poll(desk, 0)
    desk.world.outlets[0].answer(500, times=3)
    for hours in (30, 34, 60):
        poll(desk, hours)
    journey.notify(desk.settings, DAY + 60 * HOUR)
    poll(desk, 61)
    desk.world.outlets[0].answer(500, times=99)
    poll(desk, 90)
    assert len(channel.messages) == 1 and "still feeds_unread Tern" in desk.values("SELECT subject FROM notices")
    poll(desk, 120)
    assert len(channel.messages) == 1


def test_a_digest_tells_of_the_end_with_the_next_one(press, channel):
    """Whoever is told once a day need not wait two days."""
    desk, _ = press
    keeper(desk, 'every = "1d"\n')
    poll(desk, 0)
    desk.world.outlets[0].answer(500, times=2)
    for hours in (30, 60, 84, 108):
        poll(desk, hours)
    assert [m["title"].partition(" since")[0] for m in channel.messages] == [
        "keeper: Tern: no feed has been read",
        "keeper: over: Tern: feeds that cannot be read",
    ]


def test_a_warning_that_could_not_be_sent_is_sent_with_the_next_run(press, channel):
    """Begin and end alike."""
    desk, _ = press
    keeper(desk)
    poll(desk, 0)
    desk.world.outlets[0].answer(500, times=2)
    channel.status = 500
    poll(desk, 30)
    channel.status = 200
    poll(desk, 60)
    channel.status = 500
    for hours in (62, 64):
        poll(desk, hours)
    channel.status = 200
    poll(desk, 66)
    poll(desk, 68)
    assert [m["title"].partition(" since")[0] for m in channel.messages] == [
        "keeper: Tern: no feed has been read",
        "keeper: over: Tern: feeds that cannot be read",
    ]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 90)), max_size=40))
def test_begins_and_ends_are_told_in_turn(seen):
    """Whatever comes and goes: first a begin, then an end, and so on; no end before an hour of calm."""
    known, told, gone, now = None, [], None, DAY
    for present, minutes in seen:
        now += minutes * MINUTE
        gone = None if present else gone or now
        turn = decide_turn(present, known, now)
        if turn:
            assert turn.stands is not Stands.OVER or now - gone >= HOUR
            told += [turn.stands] if turn.told else []
            known = Known(stands=turn.stands, since=now, begun_at=now)
    assert told == [Stands.BEGUN, Stands.OVER] * (len(told) // 2) + [Stands.BEGUN] * (len(told) % 2)


def test_a_dry_run_shows_and_sends_nothing(press, channel, capsys):
    """Neither a message nor a note that one was sent."""
    desk, article = press
    rules(desk, '[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    poll(desk, 0)
    article.edit(paragraph=0, text=TEXT.format(n=80))
    desk.ingest(DAY + 3 * HOUR, everything=True)
    journey.track(desk.settings, DAY + 3 * HOUR)
    config = ["--config", str(desk.folder / "writethru.toml"), "--now", (DAY + 3 * HOUR).isoformat()]
    for _ in range(2):
        assert cli.run(["notify", "--dry-run", *config]) == 0
        assert "80 million crowns" in capsys.readouterr().out
    assert channel.messages == []


@pytest.mark.parametrize(
    ("value", "told"),
    [(None, "not set, but the rule 'desk'"), ("nothing://x-hook-7f3a", "an address that Apprise does not know")],
)
def test_an_address_that_is_not_there_or_not_known_is_named_by_its_variable(press, channel, monkeypatch, capsys, value, told):
    """With the code for configuration; its value stands in no text."""
    desk, article = press
    rules(desk, '[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    poll(desk, 0)
    article.edit(paragraph=0, text=TEXT.format(n=80))
    desk.ingest(DAY + 3 * HOUR, everything=True)
    journey.track(desk.settings, DAY + 3 * HOUR)
    monkeypatch.delenv("DESK_CHANNEL")
    if value:
        monkeypatch.setenv("DESK_CHANNEL", value)
    config = ["--config", str(desk.folder / "writethru.toml"), "--now", (DAY + 3 * HOUR).isoformat()]
    assert cli.run(["notify", *config]) == 2
    said = capsys.readouterr()
    assert "DESK_CHANNEL" in said.err and told in said.err and "7f3a" not in said.err + said.out


def test_an_address_stands_in_no_log_store_or_summary(press, channel, caplog):
    """Not when all is well, and not when the channel fails."""
    caplog.set_level(logging.DEBUG)
    desk, article = press
    rules(desk, '[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    lines = poll(desk, 0)
    for hours, status in ((3, 500), (6, 200)):
        channel.status = status
        article.edit(paragraph=0, text=TEXT.format(n=80 + hours))
        lines += poll(desk, hours)
    assert channel.messages and "hook-7f3a" not in "".join(lines)
    assert not [r for r in caplog.records if r.name.startswith("apprise") and "hook-7f3a" in r.getMessage()]
    for file in desk.folder.rglob("*"):
        assert not file.is_file() or b"hook-7f3a" not in file.read_bytes(), file


def test_messages_are_bounded_and_in_one_line_each():
    """Very many things, very long ones, control characters: what arrives is short, plain text."""
    items = [
        Item(subject=str(n), heading="A story", news="new", text=moved("\x1b[31m" + "long " * 99, f"new\n{n}"))
        for n in range(60)
    ]
    told = message("desk", items, 40)
    assert told.title == "desk: 60 news" and len(told.body) < LONGEST
    assert "\x1b" not in told.body and told.body.count("\n- ") == 40 and told.body.endswith("the reports")
    assert moved("", "new") == "new" and moved("old", "") == "removed: old"


def test_old_finds_are_no_news(press, channel):
    """What an import fills in about last month is not sent."""
    desk, article = press
    rules(desk, '[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    poll(desk, 0)
    article.edit(paragraph=0, text=TEXT.format(n=80))
    desk.ingest(DAY + 3 * HOUR, everything=True)
    journey.track(desk.settings, DAY + 3 * HOUR)
    journey.notify(desk.settings, DAY + timedelta(days=9))
    assert channel.messages == []


def test_of_two_addresses_the_one_that_works_is_told_once_and_the_other_when_it_works_again(
    press, channel, httpserver, monkeypatch
):
    """Neither a second message to the one, nor a lost one for the other, even after a week."""
    desk, article = press
    other = Channel(httpserver, "/other-7f3a")
    other.status = 500
    monkeypatch.setenv("DESK_CHANNEL", f"{channel.address} {other.address}")
    rules(desk, '[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    poll(desk, 0)
    article.edit(paragraph=0, text=TEXT.format(n=80))
    for hours in (3, 6, 30, 100, 170):
        poll(desk, hours)
    assert (len(channel.messages), len(other.messages)) == (1, 0)
    other.status = 200
    poll(desk, 176)
    assert (len(channel.messages), len(other.messages)) == (1, 1) and "80 million" in other.messages[0]["message"]


def test_a_rule_without_an_address_stops_neither_the_run_nor_other_rules(press, channel):
    """The reports are written, the other rule is served, the summary names the variable."""
    desk, article = press
    rules(desk, '[[notify]]\nname = "lost"\nto = "NOT_SET"\n\n[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    poll(desk, 0)
    article.edit(paragraph=0, text=TEXT.format(n=80))
    told = poll(desk, 3)
    assert len(channel.messages) == 1 and any("NOT_SET" in line and "'lost'" in line for line in told)
    assert (desk.settings.reports / "index.html").exists()


def test_a_test_goes_to_every_address_and_changes_nothing(press, channel, capsys):
    """Before there is a store; a rule whose address is not there is named."""
    desk, _ = press
    config = ["--config", str(desk.folder / "writethru.toml")]
    assert cli.run(["notify", "--test", *config]) == 2 and "there is no rule" in capsys.readouterr().err
    rules(desk, '[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    assert cli.run(["notify", "--test", *config]) == 0
    assert [m["title"] for m in channel.messages] == ["desk: a test"]
    channel.status = 500
    assert cli.run(["notify", "--test", *config]) == 0 and "not taken" in capsys.readouterr().out
    assert not desk.settings.db.exists()
