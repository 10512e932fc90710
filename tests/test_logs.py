"""The log: one event a line, for programs and for people, without secrets and without anything that forges or hides a line."""

import json
import logging
import subprocess
import sys

import pytest
from collecting import DAY, HOUR, Desk
from hypothesis import example, given
from hypothesis import strategies as st
from world import World

from pipeline import cli, logs
from pipeline.config import LogConfig, load_settings, secrets_of

HOSTILE = "Talks\x1b[31m\r\n2026-01-01T00:00:00.000Z ERROR   run.failed \u202egnihton\u2066 \x9b2J\u2028{\x00\u200b"
MUST_NOT = set("\x1b\r\n\u202e\u2066\x9b\u2028\x00\u200b")


@pytest.fixture(autouse=True)
def quiet_afterwards():
    """No handler of one test is there in the next."""
    yield
    logs.stop()


@pytest.fixture
def desk(tmp_path):
    """Two outlets: one with a hostile headline that is edited, one whose feed fails."""
    world = World()
    tern, gull = world.outlet("Tern"), world.outlet("Gull\x1b]0;owned\x07")
    tern.publish("talks", headline=HOSTILE, at=DAY)
    with world.serve():
        desk = Desk(tmp_path, world, feeds=[tern.feed])
        feed = f'\n[[feed]]\nurl = "{gull.feed.url}?token=s3cr3t-in-a-url"\noutlet = "Gull \\u001b]0;owned\\u0007"\n'
        desk.settings.feeds.write_text(desk.settings.feeds.read_text() + feed)
        gull.answer(500, times=99)
        yield desk, tern.articles[0]


def run(desk: Desk, capsys, *words: str, hours: int = 0) -> tuple[int, str, str]:
    at = (DAY + hours * HOUR).isoformat()
    code = cli.run([*words, "--config", str(desk.folder / "writethru.toml"), "--now", at])
    return code, *capsys.readouterr()


def lines(text: str) -> list[dict]:
    """Each line is one JSON object in ASCII."""
    assert text.isascii()
    return [json.loads(line) for line in text.splitlines()]


def strings(value: object) -> list[str]:
    """All texts inside a value."""
    if isinstance(value, dict):
        return [s for pair in value.items() for part in pair for s in strings(part)]
    return [s for v in value for s in strings(v)] if isinstance(value, list) else [value] if isinstance(value, str) else []


def test_a_run_is_told_in_events_of_json(desk, capsys):
    """When, how grave, which run; stages with counts and duration, the feed that failed; nothing else on either stream."""
    code, out, err = run(desk[0], capsys, "run", "--log", "json")
    told = lines(err)
    assert code == 0 and out == ""
    assert [e["event"] for e in told if e["event"].endswith(".done")] == [
        "ingest.done",
        "track.done",
        "notify.done",
        "report.done",
    ]
    assert told[0]["event"] == "run.began" and told[0]["command"] == "run"
    assert told[-1]["event"] == "run.ended" and told[-1]["code"] == 0 and told[-1]["seconds"] > 0
    assert len({e["run"] for e in told}) == 1 and all(e["time"].endswith("Z") and e["level"] for e in told)
    ingest = next(e for e in told if e["event"] == "ingest.done")
    assert (ingest["feeds"], ingest["troubles"], ingest["new_articles"]) == (2, 1, 1) and ingest["seconds"] > 0
    failed = next(e for e in told if e["event"] == "feed.failed")
    assert failed["level"] == "warning" and failed["outcome"] == "server_error" and failed["failures"] == 1
    assert failed["feed"].endswith("?token=REDACTED") and failed["outlet"].startswith("Gull") and failed["next_at"] > "2025"


def test_hostile_titles_stand_in_the_log_written_out(desk, capsys):
    """An edited headline, an outlet's name: no control character, no turn of direction, no line that is not ours."""
    desk, article = desk
    run(desk, capsys, "ingest")
    article.headline(HOSTILE + " again")
    _, _, err = run(desk, capsys, "ingest", "--all", "--log", "json", hours=3)
    told = lines(err)
    edited = next(e for e in told if e["event"] == "page.edited")
    assert edited["title"].startswith("Talks")
    assert next(e for e in told if e["event"] == "feed.failed")["outlet"] == "Gull \\x1b]0;owned\\x07"
    assert all(s.isprintable() for e in told for s in strings(e))
    article.headline(HOSTILE)
    _, _, err = run(desk, capsys, "ingest", "--all", "--log", "text", hours=6)
    assert not MUST_NOT & set(err.replace("\n", ""))
    assert not [line for line in err.splitlines() if line.startswith("2026-01-01")] and "s3cr3t" not in err


def test_without_being_asked_for_there_is_no_log(desk, capsys):
    """People read the summary, as ever."""
    code, out, err = run(desk[0], capsys, "ingest")
    assert code == 0 and err == "" and "2 feeds fetched" in out


@pytest.mark.parametrize(
    ("status", "headers"),
    [
        (302, {"Location": "http://\x1b[31mevil.example/\u202etxt"}),
        (302, {"Location": "//user:pass-7f3a@evil.example/\x07"}),
        (429, {"Retry_After": "\x1b[2J 2026-01-01T00:00:00Z ERROR run.failed"}),
        (403, {"Server": "\x9b31m\u2066", "WWW_Authenticate": "Basic realm=\x1b]0;owned\x07"}),
        (200, {"Content_Type": "text/\x1b[31mhtml; charset=\u202e"}),
    ],
)
def test_hostile_headers_stand_in_no_line_as_they_came(tmp_path, capsys, status, headers):
    """Addresses to go to, reasons, types: whatever a server sends, a line holds printable text and no password."""
    world = World()
    world.outlet("Gull").answer(status, times=9, **headers)
    with world.serve():
        desk = Desk(tmp_path, world)
        _, _, err = run(desk, capsys, "ingest", "--log", "json")
        (failed,) = [e for e in lines(err) if e["event"] == "feed.failed"]
        assert all(s.isprintable() for s in strings(failed)) and failed["reason"] and "7f3a" not in err
        _, _, err = run(desk, capsys, "ingest", "--all", "--log", "text", hours=30)
    assert "feed.failed" in err and not MUST_NOT & set(err.replace("\n", "")) and "7f3a" not in err


def test_what_is_grave_is_said_also_without_a_log(capsys):
    """What libraries warn of and what the program warns of beside its events; in one line, without secrets."""
    logs.start(LogConfig(), "run", ["json://x/hook-7f3a"])
    logs.event(logging.getLogger("pipeline.x"), logging.WARNING, "feed.failed", feed="http://tern.example/")
    logging.getLogger("pipeline.store.leasing").warning("%s hangs\x1b[2J", "hook-7f3a")
    logging.getLogger("urllib3").warning("retrying\n%s", "hook-7f3a")
    logging.getLogger("urllib3").info("nobody wants to know")
    assert capsys.readouterr().err == "writethru: REDACTED hangs\\x1b[2J\nurllib3: retrying\\nREDACTED\n"


def test_the_settings_can_ask_for_it(desk, capsys, monkeypatch):
    """In the file, beside which the log lies, or in the environment; what people read stays where it was."""
    desk, _ = desk
    file = desk.folder / "writethru.toml"
    file.write_text(file.read_text() + '\n[log]\nform = "json"\nfile = "logs/writethru.log"\nlevel = "debug"\n')
    code, out, err = run(desk, capsys, "ingest")
    assert code == 0 and "2 feeds fetched" in out and err == ""
    told = lines((desk.folder / "logs" / "writethru.log").read_text())
    assert {"feed.read", "feed.failed", "page.new", "ingest.done"} <= {e["event"] for e in told}
    monkeypatch.setenv("WRITETHRU_LOG__LEVEL", "warning")
    run(desk, capsys, "ingest", "--all", hours=2)
    assert [e["event"] for e in lines((desk.folder / "logs" / "writethru.log").read_text())[len(told) :]] == ["feed.failed"]


def test_what_goes_wrong_is_an_event_too(tmp_path, capsys):
    """A mistake of the user's: one line, with the code, in place of the message."""
    (tmp_path / "writethru.toml").touch()
    code = cli.run(["verify", "--log", "json", "--config", str(tmp_path / "writethru.toml")])
    failed = lines(capsys.readouterr().err)[1]
    assert code == 2 and failed["event"] == "run.failed" and failed["code"] == 2 and "there is no store yet" in failed["text"]


def test_a_log_that_cannot_be_written_is_said_at_once(tmp_path, capsys):
    """With the key and the file; nothing is run without the log that was asked for."""
    (tmp_path / "wall").touch()
    (tmp_path / "writethru.toml").write_text('[log]\nfile = "wall/writethru.log"\n')
    assert cli.run(["verify", "--config", str(tmp_path / "writethru.toml")]) == 2
    assert "log.file" in (told := capsys.readouterr().err) and "wall" in told


@given(st.text(), st.text())
@example(HOSTILE, HOSTILE)
@example("a\ud800b", "\U000e0041\ufeff")
@example('x" level=error y="', "| text")
def test_any_text_makes_one_line_in_both_forms(title, text):
    """Of whatever characters: JSON decodes to printable text, and the text form has no second line."""
    record = logging.LogRecord("pipeline.x", logging.INFO, "", 0, logs.Line("page.new", text, {"title": title}), None, None)
    made = logs.AsJson().format(record)
    assert made.isascii() and "\n" not in made and all(s.isprintable() for s in strings(json.loads(made)))
    assert logs.AsText().format(record).isprintable() and logs.Bare().format(record).isprintable()
    assert "level=error" not in logs.Bare().format(record) or '"' in logs.Bare().format(record)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("see https://ana:pass-7f3a@tern.example/feed", "pass-7f3a"),
        ("https://tern.example/feed?auth_token=tok-7f3a&x=1", "tok-7f3a"),
        ("Retrying after: /services/T0000000/wire-7f3a-0001", "wire-7f3a-0001"),
        ("slack://T0000000/wire-7f3a-0001", "wire-7f3a-0001"),
        ("the password is grebe-7f3a", "grebe-7f3a"),
    ],
)
def test_no_secret_stands_in_a_line(text, hidden, capsys):
    """Credentials in addresses, tokens, addresses of channels and parts of them: in events and in what libraries warn of."""
    logs.start(LogConfig(form="json"), "run", ["slack://T0000000/wire-7f3a-0001", "user:grebe-7f3a"])
    logs.event(logging.getLogger("pipeline.x"), logging.INFO, "feed.read", text, feed=text)
    logging.getLogger("urllib3.connectionpool").warning("%s", text)
    try:
        raise ValueError(text)
    except ValueError as e:
        logging.getLogger("pipeline.x").error("it broke", exc_info=e)
    err = capsys.readouterr().err
    assert len(lines(err)) == 3 and hidden not in err and "ValueError" in err


def test_hosts_of_channels_are_no_secrets(capsys):
    """Only the parts that tell more than where a channel is."""
    logs.start(LogConfig(form="text"), "run", ["json://127.0.0.1:8080/hook-7f3a", "mailtos://desk@mail.example"])
    logs.event(logging.getLogger("pipeline.x"), logging.INFO, "feed.read", feed="http://127.0.0.1/a", outlet="mail.example")
    assert "http://127.0.0.1/a" in (told := capsys.readouterr().err) and "mail.example" in told


def test_the_secrets_of_the_settings_are_known(tmp_path, monkeypatch):
    """From the environment variables that feeds and rules name."""
    (tmp_path / "writethru.toml").write_text('[[notify]]\nname = "desk"\nto = "DESK_CHANNEL"\n')
    (tmp_path / "feeds.toml").write_text(
        '[[feed]]\nurl = "http://tern.example/feed"\noutlet = "Tern"\nsecret = "TERN_SECRET"\n'
    )
    monkeypatch.setenv("DESK_CHANNEL", "json://one json://two")
    monkeypatch.setenv("TERN_SECRET", "user:grebe-7f3a")
    settings = load_settings(tmp_path / "writethru.toml")
    assert secrets_of(settings, feeds=True) == ("json://one", "json://two", "user:grebe-7f3a")
    assert secrets_of(settings, feeds=False) == ("json://one", "json://two")


def test_a_full_file_is_put_aside_and_old_ones_go(tmp_path):
    """As many as are to be kept, none much larger than asked."""
    logs.start(LogConfig(form="json", file=tmp_path / "w.log", size=2_000, keep=3), "run")
    for n in range(200):
        logs.event(logging.getLogger("pipeline.x"), logging.INFO, "page.new", "x" * 100, n=n)
    logs.stop()
    files = {p.name: p for p in tmp_path.glob("w.log*") if p.suffix != ".lock"}
    assert sorted(files) == ["w.log", "w.log.1", "w.log.2", "w.log.3"]
    assert all(p.stat().st_size <= 2_000 for p in files.values())
    kept = [e["n"] for name in ("w.log.3", "w.log.2", "w.log.1", "w.log") for e in lines(files[name].read_text())]
    assert kept == list(range(kept[0], 200))


WRITER = """
import logging, sys
from pathlib import Path
from pipeline import logs
from pipeline.config import LogConfig
logs.start(LogConfig(form="json", file=Path(sys.argv[1]), size=4_000, keep=50), sys.argv[2])
for n in range(150):
    logs.event(logging.getLogger("pipeline.x"), logging.INFO, "page.new", "x" * 100, n=n)
"""


def test_two_processes_write_to_one_log_and_no_line_is_lost(tmp_path):
    """A run and the server beside it, while the file is put aside many times."""
    command = [sys.executable, "-c", WRITER, str(tmp_path / "w.log")]
    writers = [subprocess.Popen([*command, name], stderr=subprocess.PIPE) for name in ("one", "two")]
    assert [w.communicate(timeout=60)[1] for w in writers] == [b"", b""]
    told = [e for p in tmp_path.glob("w.log*") if p.suffix != ".lock" for e in lines(p.read_text())]
    assert sorted((e["run"], e["n"]) for e in told) == [(run, n) for run in ("one", "two") for n in range(150)]
