"""What people decide, through the command line, on a real store: it takes effect at once, lasts, and can be undone."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from pipeline import journey
from pipeline.cli import run
from pipeline.config import load_settings
from pipeline.journey import Decision

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
DERIVED = ("tracked", "revision", "edit", "story", "link", "story_event", "copy", "claim", "change", "standing")
WATCH = """
[[story]]
slug = "harbour-talks"
title = "Harbour talks in Velm"
match = ["harbour talks", "port agreement"]
[[story.aspect]]
name = "open points"
about = "How many points of the agreement are open"
terms = ["open points"]
"""
TALKS = [
    (
        "Harbour talks resume in Velm",
        "The harbour talks in Velm resumed on Monday, the mediator Ana Kelso said.",
        "The parties have 12 open points before them, Kelso said.",
    ),
    (
        "Harbour talks in Velm go into the night",
        "The harbour talks in Velm went on after midnight, and nobody left the building.",
        "The parties have 9 open points before them, the union said.",
    ),
    (
        "Velm harbour talks near a port agreement",
        "A port agreement is near in the harbour talks in Velm, both parties said.",
        "The parties have 9 open points before them, the port said.",
    ),
]
BRIDGE = [
    (
        "Cracks close the canal bridge in Lindholm",
        "Engineers closed the canal bridge in Lindholm after cracks were found in two of its pylons.",
        "Ferries will carry commuters across the canal while the pylons are measured.",
    ),
    (
        "Canal bridge in Lindholm stays closed as engineers measure cracks",
        "Lindholm's canal bridge stays closed while engineers measure the cracks in its pylons.",
        "Commuters take the ferries across the canal.",
    ),
    (
        "Ferries carry commuters while Lindholm canal bridge is closed",
        "Ferries took commuters across the canal in Lindholm, where cracks keep the canal bridge closed.",
        "Engineers go on measuring the pylons.",
    ),
]
BAKERY = [
    (
        "Bakers in Oberau compete for the golden pretzel",
        "Forty bakers met in Oberau to find who bakes the best pretzel of the valley.",
        "The golden pretzel is given every third year.",
    ),
    (
        "Golden pretzel goes to a baker in Oberau",
        "A young baker won the golden pretzel in Oberau ahead of the other bakers of the valley.",
        "The best pretzel was the last one, the jury of bakers found.",
    ),
]


def url(matter: str, n: int) -> str:
    return f"https://paper{n}.example/{matter}-{n}"


def observations() -> list[dict[str, object]]:
    """Eight articles of three matters, an hour apart, each from an outlet of its own."""
    texts = [("talks", TALKS), ("bridge", BRIDGE), ("bakery", BAKERY)]
    every = [(matter, n, text) for matter, rows in texts for n, text in enumerate(rows)]
    return [
        {
            "at": (START + timedelta(hours=i)).isoformat(),
            "url": url(matter, n),
            "outlet": f"Paper {n}",
            "title": text[0],
            "paragraphs": list(text[1:]),
        }
        for i, (matter, n, text) in enumerate(every)
    ]


@pytest.fixture(scope="module")
def tracked(tmp_path_factory) -> Path:
    """A store with three matters, one of them watched."""
    home = tmp_path_factory.mktemp("tracked")
    (home / "writethru.toml").write_text('db = "store.duckdb"\n', encoding="utf8")
    (home / "feeds.toml").write_text("", encoding="utf8")
    (home / "stories.toml").write_text(WATCH, encoding="utf8")
    (home / "o.jsonl").write_text("\n".join(map(json.dumps, observations())), encoding="utf8")
    assert call(home, "import", str(home / "o.jsonl"), "-q") == 0
    assert call(home, "track", "-q") == 0
    return home


@pytest.fixture
def home(tracked, tmp_path) -> Path:
    """A copy of that store for one test."""
    shutil.copytree(tracked, tmp_path / "home")
    return tmp_path / "home"


def call(home: Path, *arguments: str) -> int:
    return run([*arguments, "--config", str(home / "writethru.toml")])


def ask(home: Path, query: str) -> list[tuple]:
    return journey.ask(load_settings(home / "writethru.toml"), query).rows


def places(home: Path) -> dict[str, set[str]]:
    """Story (its slug without the end that makes it unique) -> the last parts of its articles' addresses."""
    out: dict[str, set[str]] = {}
    for slug, origin, address in ask(home, "SELECT slug, s.origin, url FROM story_articles JOIN stories AS s USING (slug)"):
        name = slug if origin == "watched" else "-".join(slug.split("-")[:-1])
        out.setdefault(name, set()).add(address.rpartition("/")[2])
    return out


def slug(home: Path, article: str) -> str:
    """The slug of the found story that an article is in."""
    query = f"SELECT slug FROM story_articles JOIN stories AS s USING (slug) WHERE s.origin = 'found' AND url = '{article}'"
    (found,) = ask(home, query)
    return found[0]


def derived(home: Path) -> dict[str, list[str]]:
    """Every derived row, table by table, and a digest of what is remembered."""
    with duckdb.connect(str(home / "store.duckdb"), read_only=True) as con:
        out = {t: sorted(map(repr, con.execute(f"SELECT * FROM derived.{t}").fetchall())) for t in DERIVED}
        state = "SELECT name, method, through, covers, md5(data) FROM derived.state"
        memory = "SELECT name, kind, number, md5(data) FROM derived.memory"
        return out | {x: sorted(map(repr, con.execute(q).fetchall())) for x, q in (("state", state), ("memory", memory))}


def last_decision(home: Path) -> str:
    return ask(home, "SELECT decision_id FROM decisions ORDER BY made_at DESC LIMIT 1")[0][0]


BRIDGES, PRETZELS = "cracks-close-the-canal-bridge-in-lindholm", "bakers-in-oberau-compete-for-the-golden-pretzel"
FERRIES = "ferries-carry-commuters-while-lindholm-canal-bridge-is"
BEFORE = {
    "harbour-talks": {"talks-0", "talks-1", "talks-2"},
    BRIDGES: {"bridge-0", "bridge-1", "bridge-2"},
    PRETZELS: {"bakery-0", "bakery-1"},
}


def decide(home: Path, kind: str) -> int:
    """One decision of each kind, as a person would type it."""
    bridge, pretzels = slug(home, url("bridge", 0)), slug(home, url("bakery", 0))
    commands = {
        "pin to a found story": ["pin", url("bridge", 2), pretzels],
        "pin to a watched story": ["pin", url("bakery", 1), "harbour-talks"],
        "unpin from a found story": ["unpin", url("bridge", 2), bridge],
        "unpin from a watched story": ["unpin", url("talks", 1), "harbour-talks"],
        "merge two found stories": ["merge", pretzels, bridge],
        "merge into a watched story": ["merge", pretzels, "harbour-talks"],
        "split a found story": ["split", bridge, url("bridge", 1), url("bridge", 2), "--title", "The ferries of Lindholm"],
        "split a watched story": ["split", "harbour-talks", url("talks", 2)],
    }
    return call(home, *commands[kind], "--by", "Vera", "--note", "I was there", "-q")


EFFECTS = {
    "pin to a found story": {BRIDGES: {"bridge-0", "bridge-1"}, PRETZELS: {"bakery-0", "bakery-1", "bridge-2"}},
    "pin to a watched story": {"harbour-talks": {"talks-0", "talks-1", "talks-2", "bakery-1"}},
    "unpin from a found story": {BRIDGES: {"bridge-0", "bridge-1"}, FERRIES: {"bridge-2"}},
    "unpin from a watched story": {"harbour-talks": {"talks-0", "talks-2"}},
    "merge two found stories": {BRIDGES: {"bridge-0", "bridge-1", "bridge-2", "bakery-0", "bakery-1"}, PRETZELS: None},
    "merge into a watched story": {"harbour-talks": {"talks-0", "talks-1", "talks-2", "bakery-0", "bakery-1"}},
    "split a found story": {BRIDGES: {"bridge-0"}, "the-ferries-of-lindholm": {"bridge-1", "bridge-2"}},
    "split a watched story": {"harbour-talks": {"talks-0", "talks-1"}, "velm-harbour-talks-near-a-port-agreement": {"talks-2"}},
}


def test_what_is_found_without_decisions(home):
    """What the decisions below change."""
    assert places(home) == BEFORE


@pytest.mark.parametrize("kind", EFFECTS)
def test_a_decision_takes_effect_at_once_lasts_and_can_be_undone(home, kind):
    """Without another tracking; tracking again and rebuilding give the very same rows; undoing gives those of before."""
    before = derived(home)
    assert decide(home, kind) == 0
    now = places(home)
    assert {name: now.get(name) for name in EFFECTS[kind]} == EFFECTS[kind]
    told = ask(home, "SELECT kind, made_by, note, holds FROM decisions")
    assert told == [(kind.split()[0], "Vera", "I was there", True)]
    decided = derived(home)
    for again in (["track"], ["track", "--rebuild"]):
        assert call(home, *again, "-q") == 0
        assert derived(home) == decided
    assert call(home, "undo", last_decision(home), "--by", "Vera", "-q") == 0
    assert derived(home) == before
    assert [holds for _, holds in ask(home, "SELECT kind, holds FROM decisions ORDER BY made_at")] == [False, False]
    assert call(home, "verify", "--json") == 0


def test_what_a_person_puts_into_a_found_story_is_told_there_though_it_is_watched_too(home):
    """The found story of the talks is not told, for the watched one has it all; a part that a person made of it is."""
    with duckdb.connect(str(home / "store.duckdb"), read_only=True) as con:
        query = "SELECT story_id FROM derived.story_event WHERE kind = 'started' AND article_id IN"
        ids = con.execute(f"{query} (SELECT article_id FROM record.article WHERE url = '{url('talks', 0)}')").fetchall()
    assert call(home, "pin", url("talks", 2), "harbour-talks", "-q") == 0
    assert call(home, "pin", url("talks", 2), slug(home, url("bridge", 0)), "-q") == 0
    now = places(home)
    assert "talks-2" in now["harbour-talks"] and "talks-2" in now[BRIDGES]
    assert ids and ask(home, f"SELECT * FROM stories WHERE story_id = '{ids[0][0]}'") == []


# ---- what comes later ----------------------------------------------------------------------------------------------------

LATER = [
    (
        "Canal bridge in Lindholm to open after cracks are mended",
        "The canal bridge in Lindholm opens on Friday, once engineers have mended the cracks in its pylons.",
        "Commuters will need the ferries no longer.",
    ),
    (
        "Golden pretzel winner of Oberau opens a bakery",
        "The young baker who won the golden pretzel in Oberau opens a bakery in the valley.",
        "Bakers of the valley wished the best pretzel luck.",
    ),
]


def come_later(home: Path, days: float = 1, *flags: str) -> None:
    """Two more articles come, and are tracked."""
    names = ["bridge-9", "bakery-9"]
    rows = [
        {
            "at": (START + timedelta(days=days, hours=i)).isoformat(),
            "url": f"https://late.example/{name}",
            "outlet": "Late Post",
            "title": text[0],
            "paragraphs": list(text[1:]),
        }
        for i, (name, text) in enumerate(zip(names, LATER, strict=True))
    ]
    (home / "later.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    assert call(home, "import", str(home / "later.jsonl"), "-q") == 0
    assert call(home, "track", "-q", *flags) == 0


def test_what_comes_after_a_decision_follows_it_and_a_rebuild_ends_the_same(home):
    """Later articles join the merged story; linking all anew carries the decision out at its place among the articles."""
    assert decide(home, "merge two found stories") == 0
    come_later(home)
    assert places(home)[BRIDGES] == {"bridge-0", "bridge-1", "bridge-2", "bridge-9", "bakery-0", "bakery-1", "bakery-9"}
    live = derived(home)
    assert call(home, "track", "--rebuild", "-q") == 0
    assert derived(home) == live


@pytest.mark.parametrize("kind", EFFECTS)
def test_what_is_closed_is_moved_too(home, kind):
    """After weeks a story is closed and no longer compared with anything; people still move its articles."""
    come_later(home, days=40)
    assert decide(home, kind) == 0
    now = places(home)
    gone = {"merge two found stories": {PRETZELS: None}}.get(kind, {})
    assert {name: now.get(name) for name in EFFECTS[kind]} == EFFECTS[kind] | gone
    decided = derived(home)
    assert call(home, "track", "--rebuild", "-q") == 0
    assert derived(home) == decided
    assert call(home, "verify", "--json") == 0


def test_only_what_changed_is_written(home):
    """The rows of links that no run touches are the very same rows afterwards: nothing rewrites them."""
    query = "SELECT rowid, link_id FROM derived.link"
    with duckdb.connect(str(home / "store.duckdb"), read_only=True) as con:
        before = set(con.execute(query).fetchall())
    come_later(home)
    with duckdb.connect(str(home / "store.duckdb"), read_only=True) as con:
        after = set(con.execute(query).fetchall())
    assert len(after) == len(before) + 2 and before <= after


def test_an_article_is_in_one_found_story_and_in_several_watched_ones(home):
    """Pins into watched stories do not replace each other, nor the place among the found ones."""
    more = WATCH + WATCH.replace("harbour-talks", "bakers").replace("Harbour talks in Velm", "The bakers of the valley")
    (home / "stories.toml").write_text(more.replace('"harbour talks", "port agreement"]', '"port agreement"]'), encoding="utf8")
    assert call(home, "track", "-q") == 0
    bridge = slug(home, url("bridge", 0))
    for story in ("harbour-talks", "bakers", bridge):
        assert call(home, "pin", url("bakery", 1), story, "-q") == 0
    for extra in ([], ["--rebuild"]):
        assert call(home, "track", "-q", *extra) == 0
        inside = {s for (s,) in ask(home, f"SELECT slug FROM story_articles WHERE url = '{url('bakery', 1)}'")}
        assert {"harbour-talks", "bakers"} <= inside and len(inside - {"harbour-talks", "bakers"}) <= 1
        assert places(home)[PRETZELS] == {"bakery-0"}


# ---- names, times, lists -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["pin", url("talks", 0), "harbor-talk"], ["harbor-talk", "harbour-talks"]),
        (["pin", "https://paper1.example/talk-1", "harbour-talks"], ["paper1.example/talk-1", url("talks", 1)]),
        (["unpin", url("talks", 0), "sto_0000"], ["sto_0000", "nearest"]),
        (["merge", "harbour-talks", "harbour-talks"], ["one story already"]),
        (["split", "harbour-talks", url("bakery", 0)], [url("bakery", 0), "is not in harbour-talks"]),
        (["rename", "harbour-talks", "  "], ["needs a title"]),
        (["apart", "harbour-talks", "harbour-talks"], ["is one story"]),
        (["undo", "dec_123"], ["dec_123", "Nobody has decided anything yet"]),
        (["review", "chg_123", "accept"], ["chg_123"]),
        (["review", "clm_123", "accept"], ["clm_123"]),
    ],
)
def test_a_wrong_name_ends_with_2_and_tells_the_nearest(home, capsys, arguments, named):
    """Nothing is written then."""
    before = derived(home)
    assert call(home, *arguments) == 2
    message = capsys.readouterr().err
    assert all(part in message for part in named), message
    assert derived(home) == before and ask(home, "SELECT * FROM decisions") == []


def test_a_watched_story_cannot_end_and_not_all_of_a_story_can_be_split_off(home, capsys):
    """The message says what to do in place of it."""
    bridge = slug(home, url("bridge", 0))
    assert call(home, "merge", "harbour-talks", bridge) == 2
    assert "watch it no longer" in capsys.readouterr().err
    assert call(home, "split", bridge, *(url("bridge", n) for n in range(3))) == 2
    assert "takes some of the 3 articles" in capsys.readouterr().err


def test_names_may_be_ids_and_beginnings_of_ids(home):
    """Whatever a list shows can be pasted."""
    ((article, story),) = ask(home, f"SELECT article_id, story_id FROM story_articles WHERE url = '{url('bakery', 0)}' LIMIT 1")
    assert call(home, "pin", article[:14], "harbour-talks", "-q") == 0
    assert call(home, "rename", story[:14], "Pretzels", "-q") == 0
    assert "bakery-0" in places(home)["harbour-talks"]
    assert ask(home, f"SELECT title FROM stories WHERE story_id = '{story}'") == [("Pretzels",)]


def test_a_rename_keeps_the_slug_and_lasts(home):
    """Links into the reports stay good, also after a rebuild; undoing gives the former title."""
    bridge = slug(home, url("bridge", 0))
    query = f"SELECT title FROM stories WHERE slug = '{bridge}'"
    before = derived(home)
    assert call(home, "rename", bridge, "The bridge of Lindholm", "-q") == 0
    for again in ([], ["--rebuild"]):
        assert call(home, "track", "-q", *again) == 0
        assert ask(home, query) == [("The bridge of Lindholm",)]
    assert call(home, "rebuild", "-q") == 0 and ask(home, query) == [("The bridge of Lindholm",)]
    assert call(home, "undo", last_decision(home), "-q") == 0
    assert derived(home) == before


def test_decisions_of_one_moment_hold_in_the_order_in_which_they_were_made(home):
    """The clock of a replay may stand still."""
    bridge, pretzels = slug(home, url("bridge", 0)), slug(home, url("bakery", 0))
    for story in (pretzels, bridge, pretzels):
        assert call(home, "pin", url("bridge", 1), story, "-q", "--now", "2026-03-09") == 0
    assert slug(home, url("bridge", 1)) == pretzels
    assert call(home, "track", "--rebuild", "-q") == 0
    assert slug(home, url("bridge", 1)) == pretzels


def test_an_undone_decision_is_not_undone_again_nor_is_the_undoing(home, capsys):
    """Whoever wants it again decides it again: the rows tell what happened, in order."""
    assert call(home, "pin", url("bakery", 0), "harbour-talks", "-q") == 0
    pin = last_decision(home)
    assert call(home, "undo", pin, "-q") == 0
    assert call(home, "undo", pin) == 2 and "undone already" in capsys.readouterr().err
    assert call(home, "undo", last_decision(home)) == 2 and "decide it again" in capsys.readouterr().err
    assert call(home, "pin", url("bakery", 0), "harbour-talks", "-q") == 0
    assert "bakery-0" in places(home)["harbour-talks"]


def test_decisions_are_listed_and_explained(home, capsys):
    """Who, when, what, and the id to take it back with."""
    assert call(home, "pin", url("bakery", 0), "harbour-talks", "--by", "Vera", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert call(home, "decisions", "--format", "json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["kind"], row["story"], row["made_by"], row["holds"]) == ("pin", "harbour-talks", "Vera", True)
    assert row["decision_id"] == told["decision_id"]
    assert call(home, "why", told["decision_id"]) == 0
    assert "Vera" in capsys.readouterr().out


def test_the_pages_call_the_same_function(home):
    """What the command line does is one function with settings, a clock, and what is wanted."""
    wanted = Decision(kind="pin", articles=(url("bakery", 0),), story="harbour-talks", made_by="Vera")
    done = journey.decide(load_settings(home / "writethru.toml"), datetime(2026, 4, 1, tzinfo=UTC), wanted)
    assert "bakery-0" in places(home)["harbour-talks"] and done.decision_id == last_decision(home)


# ---- the log: verdicts and corrected values ------------------------------------------------------------------------------


def line(home: Path, value: str) -> str:
    """The id of the line of the log that brought a value."""
    query = f"SELECT change_id FROM changes WHERE value_after = '{value}' ORDER BY detected_at LIMIT 1"
    return ask(home, query)[0][0]


def test_a_verdict_stands_in_the_log_survives_rebuilds_and_the_latest_holds(home, capsys):
    """Rejected, then to watch; undoing the second lets the first hold again."""
    change = line(home, "9")
    query = f"SELECT review, review_note FROM changes WHERE change_id = '{change}'"
    assert ask(home, query) == [(None, None)]
    assert call(home, "review", change, "reject", "--note", "misread", "--by", "Vera", "-q") == 0
    for extra in ([], ["--rebuild"]):
        assert call(home, "track", "-q", *extra) == 0
        assert ask(home, query) == [("rejected", "misread")]
    assert call(home, "review", change, "watch", "-q") == 0
    assert ask(home, query)[0][0] == "watch"
    assert call(home, "undo", last_decision(home), "-q") == 0
    assert ask(home, query) == [("rejected", "misread")]
    assert call(home, "why", change) == 0 and "rejected - misread" in capsys.readouterr().out
    assert call(home, "review", change, "perhaps") == 2
    assert ask(home, "SELECT kind, value, made_by FROM decisions ORDER BY made_at")[0] == ("review", "rejected", "Vera")


def test_a_rejected_line_is_known_again_by_its_evidence(home):
    """A line whose id is another, for the story's aspect is described in other words now, keeps its verdict."""
    assert call(home, "review", line(home, "9"), "reject", "-q") == 0
    with duckdb.connect(str(home / "store.duckdb")) as con:
        con.execute("UPDATE record.decision SET change_id = 'chg_0000000000000000'")  # as if it had had another id then
    assert call(home, "track", "-q", "--rebuild") == 0
    assert ask(home, "SELECT review FROM changes WHERE value_after = '9' ORDER BY detected_at")[0] == ("rejected",)


def test_a_corrected_value_is_what_the_ledger_uses(home, capsys):
    """The log compares with it, says it after rebuilds, and goes back when the correction is undone."""
    log = "SELECT kind, value_before, value_after FROM changes WHERE value_after NOT LIKE '2026%' ORDER BY detected_at"
    before = derived(home)
    assert [r[1:] for r in ask(home, log)][:2] == [("", "12"), ("12", "9")]
    ((claim,),) = ask(home, "SELECT claim_id FROM claims WHERE value = '12' AND verdict = 'new'")
    assert call(home, "correct", claim, "14", "--by", "Vera", "-q") == 0
    for extra in ([], ["--rebuild"]):
        assert call(home, "track", "-q", *extra) == 0
        assert [r[1:] for r in ask(home, log)][:2] == [("", "14"), ("14", "9")]
        ((corrected, was),) = ask(home, "SELECT claim_id, corrected_from FROM claims WHERE value = '14' AND verdict = 'new'")
        assert was == "12"
    assert call(home, "correct", corrected, "15", "-q") == 0
    assert ask(home, "SELECT corrected_from FROM claims WHERE value = '15' AND verdict = 'new'") == [("12",)]
    for _ in range(2):
        ((last,),) = ask(home, "SELECT decision_id FROM decisions WHERE holds ORDER BY made_at DESC LIMIT 1")
        assert call(home, "undo", last, "-q") == 0
    assert derived(home) == before


def test_a_date_can_be_corrected(home):
    """A date is written with its year, in any notation."""
    query = "SELECT claim_id FROM claims WHERE value = '2026-03-02' ORDER BY seen_at"
    claim, *_ = (i for (i,) in ask(home, query))
    assert call(home, "correct", claim, "9 March 2026", "-q") == 0
    assert ask(home, "SELECT corrected_from FROM claims WHERE value = '2026-03-09'") == [("2026-03-02",)]
    assert ask(home, query) == []


def test_a_value_that_cannot_be_read_is_refused(home, capsys):
    """With what was read, and how to write it."""
    ((claim,),) = ask(home, "SELECT claim_id FROM claims WHERE value = '12' AND verdict = 'new'")
    assert call(home, "correct", claim, "many") == 2
    assert "one number with its unit" in capsys.readouterr().err
    assert ask(home, "SELECT * FROM decisions") == []


# ---- where stories and texts come from -----------------------------------------------------------------------------------


def test_the_slug_of_a_story_that_ended_leads_to_the_one_that_goes_on(home, capsys):
    """Also over two steps, in lists, macros and commands; the story that ended tells where it went."""
    bridge, pretzels = slug(home, url("bridge", 0)), slug(home, url("bakery", 0))
    assert call(home, "merge", pretzels, bridge, "-q") == 0
    assert ask(home, f"SELECT merged_into, article_count FROM stories WHERE slug = '{pretzels}'") == [(bridge, 0)]
    assert call(home, "merge", bridge, "harbour-talks", "-q") == 0
    for extra in (["track"], ["track", "--rebuild"]):
        assert call(home, *extra, "-q") == 0
        assert ask(home, f"SELECT merged_into FROM stories WHERE slug = '{pretzels}'") == [("harbour-talks",)]
        log = ask(home, "FROM timeline('harbour-talks')")
        assert log and ask(home, f"FROM timeline('{pretzels}')") == log
        assert ask(home, f"SELECT count(*) FROM said('{bridge}', 'open points', TIMESTAMP '2026-04-01')") != [(0,)]
    assert call(home, "changes", "--story", pretzels, "--format", "json") == 0
    assert len(json.loads(capsys.readouterr().out)) == len(log)
    assert call(home, "changes", "--story", pretzels) == 0
    assert "Harbour talks in Velm" in capsys.readouterr().out
    assert call(home, "rename", pretzels, "All of it", "-q") == 0
    assert ask(home, "SELECT title FROM stories WHERE slug = 'harbour-talks'") == [("All of it",)]
    ((ended,),) = ask(home, f"SELECT story_id FROM stories WHERE slug = '{pretzels}'")
    assert call(home, "why", ended) == 0 and "Ended in the story harbour-talks" in capsys.readouterr().out


def test_a_story_that_was_split_off_tells_its_parent(home, capsys):
    """In the view and in `why`."""
    bridge = slug(home, url("bridge", 0))
    assert call(home, "split", bridge, url("bridge", 2), "--title", "The ferries", "-q") == 0
    ((part, story_id),) = ask(home, f"SELECT slug, story_id FROM stories WHERE split_from = '{bridge}'")
    assert part.startswith("the-ferries-")
    assert call(home, "why", story_id) == 0 and f"Split from the story {bridge}" in capsys.readouterr().out


def copied(home: Path) -> None:
    """A report of the talks, the wire's cut of it with a paragraph more, and two outlets that carry what the wire sent."""
    first = [
        "The harbour talks in Velm broke off at dawn when the owners of the quays left the hall by the side door.",
        "The parties have 11 open points before them, among them night work, the length of shifts and the cranes.",
        "Nobody would say when the port agreement can be taken up again, though rooms are booked until Sunday.",
        "Outside, crews that had waited since the evening burned pallets and sang until the police asked them to go.",
    ]
    wire = [*first[:3], "Shipping lines have sent nine vessels to other ports since the harbour talks began, brokers count."]
    texts = [
        ("First Word", "first", first),
        ("Wire Service", "wire", wire),
        ("Daily Sum", "sum", wire),
        ("All News", "all", wire),
    ]
    rows = [
        {
            "at": (START + timedelta(days=1, hours=n)).isoformat(),
            "url": f"https://{name}.example/talks-break-off",
            "outlet": outlet,
            "title": "Harbour talks in Velm break off",
            "paragraphs": paragraphs,
        }
        for n, (outlet, name, paragraphs) in enumerate(texts)
    ]
    (home / "copies.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    assert call(home, "import", str(home / "copies.jsonl"), "-q") == 0
    assert call(home, "track", "-q") == 0


def test_the_chain_of_copies_is_stored_and_told(home, capsys):
    """Aggregator <- wire <- first outlet, in the view and in `why` of the article."""
    copied(home)
    query = "SELECT chain, root_outlet, steps FROM lineage ORDER BY url"
    chains = ask(home, query)
    assert ("Wire Service <- First Word", "First Word", 1) in chains and len(chains) == 3
    assert ("Daily Sum <- Wire Service <- First Word", "First Word", 2) in chains
    assert {root for _, root, _ in chains} == {"First Word"}
    ((article,),) = ask(home, "SELECT article_id FROM articles WHERE outlet = 'Daily Sum'")
    assert call(home, "why", article) == 0
    told = capsys.readouterr().out
    assert "Daily Sum <- Wire Service <- First Word; they count as one source" in told and "harbour-talks" in told
    ((first,),) = ask(home, "SELECT article_id FROM articles WHERE outlet = 'First Word'")
    assert call(home, "why", first) == 0 and "https://all.example" in capsys.readouterr().out


def test_copies_and_copies_of_copies_are_one_source(home):
    """Four outlets carry the figure: one voice. Also if the first one is no report of the story."""
    copied(home)
    query = "SELECT corroborations, repeats FROM changes WHERE value_after = '11'"
    assert ask(home, query) == [(0, 3)]
    assert call(home, "unpin", "https://first.example/talks-break-off", "harbour-talks", "-q") == 0
    assert ask(home, query) == [(0, 2)]


# ---- the nightly look ----------------------------------------------------------------------------------------------------


def rewritten(home: Path, matter: str, share: float) -> None:
    """The pages on the baking come to tell what those on a matter tell: all of it, or some of it beside their own."""
    told = {"bridge": BRIDGE, "talks": TALKS}[matter]
    rows = []
    for n, own in enumerate(BAKERY):
        other = told[n]
        paragraphs = list(other[1:]) if share == 1 else [*own[1:], *other[1:]]
        at = (START + timedelta(days=1, hours=n)).isoformat()
        title = other[0] if share == 1 else own[0]
        rows.append({"at": at, "url": url("bakery", n), "outlet": f"Paper {n}", "title": title, "paragraphs": paragraphs})
    (home / "rewritten.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf8")
    assert call(home, "import", str(home / "rewritten.jsonl"), "-q") == 0
    assert call(home, "track", "-q") == 0


def test_stories_that_are_surely_one_are_merged_with_an_audit_line_and_can_be_parted(home, capsys):
    """The decision is the program's own; a person takes it back, and it is not made again."""
    rewritten(home, "bridge", 1)
    assert len(places(home)) == 3
    assert call(home, "maintain", "--now", "2026-03-10T02:30:00Z") == 0
    assert "ends in" in capsys.readouterr().out
    merged = places(home)
    assert merged[BRIDGES] == {"bridge-0", "bridge-1", "bridge-2", "bakery-0", "bakery-1"}
    ((kind, who, note, decision),) = ask(home, "SELECT kind, made_by, note, decision_id FROM decisions")
    assert (kind, who) == ("merge", "writethru") and note.startswith("Surely one")
    assert ask(home, "SELECT state, sure, answered_by FROM proposals") == [("accepted", True, "writethru")]
    assert ask(home, "SELECT count(*) FROM story_events WHERE kind = 'merged'") == [(1,)]
    live = derived(home)
    assert call(home, "track", "--rebuild", "-q") == 0 and derived(home) == live
    assert call(home, "undo", decision, "--by", "Vera", "-q") == 0
    assert len(places(home)) == 3
    assert call(home, "maintain", "-q") == 0
    assert len(places(home)) == 3 and ask(home, "SELECT state FROM proposals") == [("open",)]


def test_stories_that_are_perhaps_one_are_proposed_and_a_person_decides(home, capsys):
    """With the reason; proposed once; accepted and taken back, rejected for ever."""
    rewritten(home, "bridge", 0.5)
    assert call(home, "maintain", "-q") == 0
    assert call(home, "proposals", "--format", "json") == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["state"] == "open" and row["reason"].startswith("Perhaps one: stories of 3 and 2 articles")
    assert len(places(home)) == 3
    proposal = row["proposal_id"]
    assert call(home, "review", proposal, "watch") == 2
    assert call(home, "review", proposal, "accept", "--by", "Vera", "-q") == 0
    assert places(home)[BRIDGES] == {"bridge-0", "bridge-1", "bridge-2", "bakery-0", "bakery-1"}
    assert call(home, "undo", last_decision(home), "-q") == 0
    assert len(places(home)) == 3
    assert call(home, "review", proposal, "reject", "--by", "Vera", "-q") == 0
    assert ask(home, "SELECT state, answered_by FROM proposals") == [("rejected", "Vera")]
    assert call(home, "maintain", "-q") == 0 and call(home, "track", "--rebuild", "-q") == 0
    assert len(places(home)) == 3
    assert call(home, "why", proposal) == 0
    capsys.readouterr()
    assert call(home, "proposals", "--format", "json") == 0 and json.loads(capsys.readouterr().out) == []


def test_stories_that_are_two_are_not_proposed(home, capsys):
    """Nothing to tell on most nights."""
    assert call(home, "maintain") == 0
    assert "no new pair" in capsys.readouterr().out
    assert ask(home, "SELECT * FROM proposals") == []


# ---- the list of watched stories changes ---------------------------------------------------------------------------------


def watch(home: Path, text: str) -> None:
    (home / "stories.toml").write_text(text, encoding="utf8")
    assert call(home, "track", "-q") == 0


def fresh(home: Path) -> dict[str, list[str]]:
    """What a rebuild gives."""
    now = derived(home)
    assert call(home, "track", "--rebuild", "-q") == 0
    assert derived(home) == now
    return now


def test_a_watch_with_another_title_keeps_its_story_log_and_verdicts(home):
    """The slug is the story; the title only names it."""
    log = "SELECT change_id, review FROM changes ORDER BY change_id"
    assert call(home, "review", line(home, "9"), "accept", "-q") == 0
    before, reports = ask(home, log), places(home)["harbour-talks"]
    watch(home, WATCH.replace("Harbour talks in Velm", "The talks in the harbour of Velm"))
    assert ask(home, "SELECT title FROM stories WHERE slug = 'harbour-talks'") == [("The talks in the harbour of Velm",)]
    assert ask(home, log) == before and places(home)["harbour-talks"] == reports
    fresh(home)


def test_a_watch_in_other_words_finds_what_they_name_from_the_start(home):
    """Reports that came before are found and those that are none any longer leave; pins stay."""
    assert call(home, "pin", url("bakery", 0), "harbour-talks", "-q") == 0
    words = WATCH.replace('"harbour talks", "port agreement"', '"canal bridge"').replace(
        "Harbour talks in Velm", "Canal bridge"
    )
    watch(home, words)
    assert places(home)["harbour-talks"] == {"bridge-0", "bridge-1", "bridge-2", "bakery-0"}
    fresh(home)
    watch(home, WATCH)
    assert places(home)["harbour-talks"] == {"talks-0", "talks-1", "talks-2", "bakery-0"}


def test_other_aspects_leave_the_links_alone_and_make_the_log_anew(home):
    """Only what hangs on the aspects is judged again."""
    with duckdb.connect(str(home / "store.duckdb"), read_only=True) as con:
        before = con.execute("SELECT rowid, link_id FROM derived.link ORDER BY ALL").fetchall()
    watch(home, WATCH.replace('name = "open points"', 'name = "what is open"'))
    assert {a for (a,) in ask(home, "SELECT aspect FROM changes")} == {"what is open"}
    with duckdb.connect(str(home / "store.duckdb"), read_only=True) as con:
        assert con.execute("SELECT rowid, link_id FROM derived.link ORDER BY ALL").fetchall() == before
    fresh(home)


def test_a_story_that_is_watched_no_longer_is_found_again_and_its_decisions_rest(home):
    """Its articles are in their found stories, its log is gone, its pins do nothing; watched again all is as it was."""
    assert call(home, "pin", url("bakery", 0), "harbour-talks", "-q") == 0
    pretzels = slug(home, url("bakery", 1))
    assert call(home, "merge", pretzels, "harbour-talks", "-q") == 0
    before = derived(home)
    watch(home, "")
    found = places(home)
    assert found[PRETZELS] == {"bakery-0", "bakery-1"} and "harbour-talks" not in found
    assert {"talks-0", "talks-1", "talks-2"} in found.values()
    for table in ("claim", "change", "standing"):
        assert ask(home, f"SELECT count(*) FROM derived.{table}") == [(0,)]
    assert ask(home, "SELECT count(*) FROM derived.state WHERE name LIKE 'ledger%'") == [(0,)]
    fresh(home)
    watch(home, WATCH)
    assert derived(home) == before


def test_a_renamed_watch_follows_its_list_again_once_the_renaming_is_undone(home):
    """A person's title wins over the one in the list until it is taken back."""
    title = "SELECT title FROM stories WHERE slug = 'harbour-talks'"
    assert call(home, "rename", "harbour-talks", "Velm", "-q") == 0
    watch(home, WATCH.replace("Harbour talks in Velm", "Talks in Velm's harbour"))
    assert ask(home, title) == [("Velm",)]
    assert call(home, "undo", last_decision(home), "-q") == 0
    assert ask(home, title) == [("Talks in Velm's harbour",)]


def test_a_decision_on_an_article_that_proves_to_be_another_holds_for_that_one(home):
    """An address under which an article was met a second time is an article of its own until that is known."""
    assert call(home, "pin", url("bakery", 0), "harbour-talks", "-q") == 0
    with duckdb.connect(str(home / "store.duckdb")) as con:
        ids = dict(con.execute("SELECT url, article_id FROM record.article").fetchall())
        mine, other = ids[url("bakery", 0)], ids[url("bakery", 1)]
        con.execute("UPDATE record.article SET status = 'alias' WHERE article_id = $mine", {"mine": mine})
        con.execute("UPDATE record.alias SET article_id = $other WHERE article_id = $mine", {"mine": mine, "other": other})
    with journey.writing(load_settings(home / "writethru.toml"), "test", START) as store:
        assert [d.article_id for d in store.decisions()] == [other]
    assert call(home, "track", "-q", "--rebuild") == 0
    assert "bakery-1" in places(home)["harbour-talks"]
