"""Web archives, observations and lists of feeds: what goes out comes in again, and what is hostile stays out."""

import gzip
import io
import json
import shutil
import subprocess
import tracemalloc
import zlib
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from collecting import DAY, HOUR, Desk
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter
from world import World

from pipeline import cli, journey
from pipeline.archive import Archive, read_archived
from pipeline.errors import StoreError, UsageError
from pipeline.journey import warc
from pipeline.journey.warc import Outlets, is_warc, read_pages
from pipeline.model import Feed, Fetched, Outcome

steady = settings(deadline=None, derandomize=True, max_examples=60)
MOST = 1_000_000  # bytes of the largest page
TEXT = "The owners of the quarry and the town agreed on a date for its closure, both said after a long meeting. "
PAGE = f"<html><body><article><h1>Quarry to close</h1><p>{TEXT * 2}</p><p>{TEXT}</p></article></body></html>"
VIEWS = {
    "versions": "SELECT * EXCLUDE (archive) FROM versions ORDER BY ALL",
    "appearances": "FROM appearances ORDER BY ALL",
    "quarantine": "SELECT * EXCLUDE (archive) FROM quarantine ORDER BY ALL",
    "edits": "FROM edits ORDER BY ALL",
}


def views(desk: Desk, *names: str) -> dict[str, list[tuple]]:
    return {name: desk.rows(VIEWS[name]) for name in names or VIEWS}


def empty_desk(folder: Path) -> Desk:
    """A desk that has seen nothing."""
    return Desk(folder, World())


# ---- what goes out comes in again ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A desk with edits, a return, a wall, an emptied and a vanished page, and an article that has moved."""
    world = World()
    tern, wire = world.outlet("The Daily Tern", tracking="?utm_source=rss"), world.outlet("Harbour Wire", flavour="wire")
    one, two, three = (
        tern.publish("quarry-talks", at=DAY),
        wire.publish("ferry-strike", at=DAY),
        wire.publish("bridge-toll", at=DAY),
    )
    before = one.paragraphs[1]
    with world.serve():
        desk = Desk(tmp_path_factory.mktemp("recorded"), world)
        for hour in range(8):
            if hour == 1:
                one.edit(paragraph=1, text="The quarry will close on 14 March, its owners say.")
                two.go_empty()
            if hour == 2:
                one.edit(paragraph=1, text=before)
                two.come_back()
                two.headline("Ferry crews end their strike after nine days")
            if hour == 3:
                wire.block(200)
            if hour == 4:
                wire.unblock()
                one.move("quarry-talks-end")
            if hour == 5:
                one.edit(paragraph=0, text="The talks on the quarry have ended without a result, both sides say.")
            if hour == 6:
                three.vanish()
            desk.ingest(DAY + hour * HOUR + hour * 1234 * (HOUR / 3_600_000_000), everything=True)  # microseconds too
        journey.track(desk.settings, DAY + 8 * HOUR)
    return desk


def test_observations_rebuild_the_store(recorded, tmp_path):
    """Versions, appearances, held looks and edits are equal, ids, reasons and times included; so is how each article stands."""
    journey.export_jsonl(recorded.settings, tmp_path / "record.jsonl.gz")
    again = empty_desk(tmp_path / "again")
    done = again.import_files(tmp_path / "record.jsonl.gz", at=DAY + 9 * HOUR)
    journey.track(again.settings, DAY + 9 * HOUR)
    assert done.invalid == []
    assert views(again) == views(recorded)
    stands = "SELECT article_id, url, outlet, status, head_version_id, suspect_kind, last_seen_at FROM record.article"
    stands += " WHERE status <> 'alias' ORDER BY ALL"
    assert again.rows(stands) == recorded.rows(stands)
    assert {"bot_wall", "empty", "gone"} <= set(again.kinds())
    assert again.broken() == {}


def test_observations_come_in_twice_as_once(recorded, tmp_path):
    """The same file again adds nothing."""
    journey.export_jsonl(recorded.settings, tmp_path / "record.jsonl")
    again = empty_desk(tmp_path / "again")
    again.import_files(tmp_path / "record.jsonl", at=DAY)
    before = views(again, "versions", "appearances", "quarantine")
    again.import_files(tmp_path / "record.jsonl", at=DAY)
    assert views(again, "versions", "appearances", "quarantine") == before


def test_the_same_record_is_the_same_file(recorded, tmp_path):
    """An export has no clock and no chance in it."""
    for name in ("a.jsonl.gz", "b.jsonl.gz"):
        journey.export_jsonl(recorded.settings, tmp_path / name)
    for name in ("a.warc.gz", "b.warc.gz"):
        journey.export_warc(recorded.settings, tmp_path / name, DAY)
    assert (tmp_path / "a.jsonl.gz").read_bytes() == (tmp_path / "b.jsonl.gz").read_bytes()
    records = [
        [(r.rec_headers.headers, r.raw_stream.read()) for r in iterate(tmp_path / n)][1:] for n in ("a.warc.gz", "b.warc.gz")
    ]
    assert records[0] == records[1]


def iterate(file: Path) -> ArchiveIterator:
    return ArchiveIterator(io.BytesIO(file.read_bytes()))


def test_pages_rebuild_the_versions(recorded, tmp_path):
    """Our own web archive into an empty store: the same versions and appearances, read again from the pages themselves."""
    journey.export_warc(recorded.settings, tmp_path / "pages.warc.gz", DAY)
    again = empty_desk(tmp_path / "again")
    again.import_files(tmp_path / "pages.warc.gz", at=DAY + 9 * HOUR)
    journey.track(again.settings, DAY + 9 * HOUR)
    same = "SELECT * EXCLUDE (archive, url) FROM versions ORDER BY ALL"
    assert again.rows(same) == recorded.rows(same)
    assert views(again, "appearances") == views(recorded, "appearances")
    archived = "SELECT kind, seen_at FROM quarantine WHERE archive IS NOT NULL ORDER BY ALL"
    assert again.rows(archived) == recorded.rows(archived) != []
    assert again.broken() == {}


def test_imported_pages_are_archived_and_can_go_out_again(recorded, tmp_path):
    """A store made of a web archive keeps the pages: it gives out what it took in."""
    journey.export_warc(recorded.settings, tmp_path / "pages.warc.gz", DAY)
    again = empty_desk(tmp_path / "again")
    again.import_files(tmp_path / "pages.warc.gz", at=DAY + 9 * HOUR)
    journey.export_warc(again.settings, tmp_path / "again.warc.gz", DAY)
    bodies = [
        sorted((r.rec_headers["WARC-Date"], r.content_stream().read()) for r in iterate(file) if r.rec_type == "response")
        for file in (tmp_path / "pages.warc.gz", tmp_path / "again.warc.gz")
    ]
    assert bodies[0] == bodies[1] != []


def test_a_web_archive_says_what_it_is(recorded, tmp_path):
    """The first record names software, format and content; each response is followed by what else is known of it."""
    done = journey.export_warc(recorded.settings, tmp_path / "pages.warc.gz", DAY)
    kinds = [(r.rec_type, r.raw_stream.read().decode()) for r in iterate(tmp_path / "pages.warc.gz")]
    assert kinds[0][0] == "warcinfo" and "software: Writethru" in kinds[0][1]
    assert [k for k, _ in kinds[1:]] == ["response", "metadata"] * done.responses
    assert any("writethru-outlet: The Daily Tern" in text for _, text in kinds)
    assert done.responses == recorded.value("SELECT count(*) FROM fetches WHERE archive IS NOT NULL")


def test_an_export_can_begin_at_a_moment(recorded, tmp_path):
    """Looks from before `since` stay at home, in both forms."""
    since = DAY + 3 * HOUR
    journey.export_warc(recorded.settings, tmp_path / "late.warc.gz", DAY, since=since)
    journey.export_jsonl(recorded.settings, tmp_path / "late.jsonl", since=since)
    dates = [r.rec_headers["WARC-Date"] for r in iterate(tmp_path / "late.warc.gz") if r.rec_type == "response"]
    lines = [json.loads(line)["at"] for line in (tmp_path / "late.jsonl").read_text().splitlines()]
    assert dates and lines and min(dates + lines) >= since.isoformat().replace("+00:00", "")


OTHER = "The opera house opens its new season with a piece that nobody has heard for a century, its director says. "


def test_an_export_can_be_of_one_story(tmp_path):
    """Only the articles that are linked to it."""
    desk = empty_desk(tmp_path)
    pages = [("https://tern.example/a", PAGE), ("https://tern.example/b", PAGE.replace("Quarry", "Opera").replace(TEXT, OTHER))]
    desk.import_files(put(tmp_path, written(*(response(url, page.encode()) for url, page in pages))), at=DAY)
    desk.settings.stories.write_text('[[story]]\nslug = "quarry"\ntitle = "Quarry"\nmatch = ["quarry"]\n', encoding="utf8")
    journey.track(desk.settings, DAY)
    assert desk.values("SELECT url FROM story_articles WHERE slug = 'quarry'") == ["https://tern.example/a"]
    journey.export_jsonl(desk.settings, tmp_path / "quarry.jsonl", story="quarry")
    journey.export_warc(desk.settings, tmp_path / "quarry.warc.gz", DAY, story="quarry")
    assert {json.loads(line)["url"] for line in (tmp_path / "quarry.jsonl").read_text().splitlines()} == {
        "https://tern.example/a"
    }
    assert [url for url, _ in read(tmp_path / "quarry.warc.gz")[0]] == ["https://tern.example/a"]


def test_an_export_overwrites_nothing(recorded, tmp_path):
    """A file of that name stays, and a failed export leaves none behind."""
    (tmp_path / "there.jsonl").write_text("mine", encoding="utf8")
    with pytest.raises(UsageError, match=r"there\.jsonl: there is such a file already"):
        journey.export_jsonl(recorded.settings, tmp_path / "there.jsonl")
    with pytest.raises(UsageError, match="cannot be written"):
        journey.export_warc(recorded.settings, tmp_path / "no" / "folder.warc.gz", DAY)
    assert [p.name for p in tmp_path.iterdir()] == ["there.jsonl"]


def test_a_response_that_is_gone_is_named(recorded, tmp_path):
    """The rest is written, and the summary says what is missing."""
    desk = Desk(tmp_path / "desk", World())
    shutil.copytree(recorded.folder, desk.folder, dirs_exist_ok=True)
    sorted(desk.settings.archive_folder.glob("*/*/*.warc.gz"))[0].unlink()
    done = journey.export_warc(desk.settings, tmp_path / "rest.warc.gz", DAY)
    assert done.responses > 0 and done.missing and all("cannot be read" in x for x in done.missing)


# ---- the archive itself --------------------------------------------------------------------------------------------------


def kept(body: bytes = PAGE.encode(), at: datetime = DAY) -> Fetched:
    return Fetched(
        url="https://tern.example/a",
        final_url="https://tern.example/a",
        fetched_at=at,
        outcome=Outcome.OK,
        status=200,
        headers={"content-type": "text/html", "content-encoding": "gzip", "x-name": "Ä"},
        body=body,
    )


def test_a_response_is_found_by_its_reference(tmp_path):
    """Time to the microsecond, bytes as they were, one record among others."""
    at = datetime(2025, 3, 4, 9, 30, 0, 123456, tzinfo=UTC)
    with Archive(tmp_path, DAY) as archive:
        references = [archive.add(kept(body, at)) for body in (b"one", b"", b"WARC/1.0\r\n\r\n" * 9)]
    found = [read_archived(tmp_path, r) for r in references]
    assert [f.body for f in found] == [b"one", b"", b"WARC/1.0\r\n\r\n" * 9]
    assert [f.fetched_at for f in found] == [at] * 3
    assert "content-encoding" not in found[0].headers


@pytest.mark.parametrize(
    "reference", ["../../etc/passwd#0", "/etc/passwd#0", "none.warc.gz#0", "x", "2025/03/a.warc.gz#-1", "#"]
)
def test_a_reference_leads_nowhere_else(tmp_path, reference):
    """A store that someone else made cannot make us read other files."""
    with pytest.raises(StoreError):
        read_archived(tmp_path, reference)


# ---- archives from elsewhere ---------------------------------------------------------------------------------------------


def response(
    url: str, body: bytes, *headers: tuple[str, str], status: str = "200 OK", date: str = "2025-03-04T09:30:00Z"
) -> dict:
    """A response to write; `headers` besides the Content-Type of a page."""
    named = [("Content-Type", "text/html"), *headers] if "Content-Type" not in dict(headers) else list(headers)
    return {"url": url, "kind": "response", "body": body, "http": StatusAndHeaders(status, named, "HTTP/1.1"), "date": date}


def written(*records: dict, gzipped: bool = True) -> bytes:
    """A web archive with these records, as another program writes it."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzipped)
    about = {"url": "", "kind": "warcinfo", "body": b"software: another crawler\r\n"}
    for n, r in enumerate((about, *records)):
        told = {"WARC-Date": r.get("date", "2025-03-04T09:30:00Z"), "WARC-Record-ID": f"<urn:uuid:{n}>", **r.get("told", {})}
        made = writer.create_warc_record(
            r["url"],
            r["kind"],
            payload=io.BytesIO(r["body"]),
            length=len(r["body"]),
            http_headers=r.get("http"),
            warc_headers_dict=told,
        )
        writer.write_record(made)
    return out.getvalue()


def chunks(body: bytes, size: int = 100) -> bytes:
    return (
        b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (body[i : i + size] for i in range(0, len(body), size))) + b"0\r\n\r\n"
    )


def read(file: Path, *feeds: Feed, most: int = MOST) -> tuple[list[tuple[str, bytes]], Counter]:
    """(address, body) of the pages that are taken, and what was passed over."""
    passed: Counter[str] = Counter()
    return [(p.told.url, p.body) for p in read_pages(file, Outlets(feeds), most, passed)], +passed


def put(tmp_path: Path, data: bytes, name: str = "other.warc.gz") -> Path:
    (tmp_path / name).write_bytes(data)
    return tmp_path / name


CODED = [
    ((), PAGE.encode()),
    ((("Content-Encoding", "gzip"),), gzip.compress(PAGE.encode())),
    ((("Content-Encoding", "deflate"),), zlib.compress(PAGE.encode())),
    ((("Transfer-Encoding", "chunked"),), chunks(PAGE.encode())),
    ((("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")), chunks(gzip.compress(PAGE.encode()))),
    ((("Transfer-Encoding", "chunked"),), PAGE.encode()),  # unpacked by the crawler, which left the headers
    ((("Content-Encoding", "br"),), PAGE.encode()),
]


@pytest.mark.parametrize(("headers", "body"), CODED)
@pytest.mark.parametrize("gzipped", [True, False])
def test_a_body_comes_out_of_its_codings(tmp_path, headers, body, gzipped):
    """However a crawler kept it, and whether the file is gzipped or not."""
    found, passed = read(put(tmp_path, written(response("https://tern.example/a", body, *headers), gzipped=gzipped)))
    assert found == [("https://tern.example/a", PAGE.encode())]
    assert passed == {}


def test_a_file_that_was_gzipped_as_a_whole_is_read(tmp_path):
    """Not each record by itself: other readers refuse it."""
    data = gzip.compress(written(response("https://tern.example/a", PAGE.encode()), gzipped=False))
    assert len(read(put(tmp_path, data))[0]) == 1


def test_a_web_archive_is_known_by_its_beginning(tmp_path):
    """The name may be any; observations stay observations."""
    archive = written(response("https://tern.example/a", PAGE.encode()))
    assert is_warc(put(tmp_path, archive, "pages")) and is_warc(put(tmp_path, gzip.decompress(archive), "pages.txt"))
    assert not is_warc(put(tmp_path, gzip.compress(b'{"at": 1}'), "x.warc.gz")) and not is_warc(put(tmp_path, b"", "empty"))
    assert not is_warc(tmp_path / "none")


def test_what_is_no_page_is_counted(tmp_path):
    """Each with what it is; the page among them is taken."""
    rss = b'<?xml version="1.0"?><rss version="2.0"></rss>'
    data = written(
        {"url": "https://tern.example/a", "kind": "request", "body": b"GET / HTTP/1.1\r\n\r\n"},
        response("https://tern.example/a", PAGE.encode()),
        response("https://tern.example/", PAGE.encode()),
        response("https://tern.example/i.png", b"\x89PNG", ("Content-Type", "image/png")),
        response("https://tern.example/feed", rss, ("Content-Type", "application/rss+xml")),
        response("https://tern.example/feed2", rss, ("Content-Type", "text/xml")),
        response("https://tern.example/old", b"", ("Location", "/a"), status="301 Moved"),
        response("https://tern.example/short", PAGE.encode()[:200], ("Content-Length", "5000")),
        response("https://tern.example/cut", chunks(PAGE.encode())[:-60], ("Transfer-Encoding", "chunked")),
        response("https://tern.example/when", PAGE.encode(), date="the day before"),
        response("https://tern.example/cut2", PAGE.encode()) | {"told": {"WARC-Truncated": "length"}},
        {"url": "dns:tern.example", "kind": "response", "body": b"127.0.0.1"},
        {"url": "https://tern.example/b", "kind": "revisit", "body": b"", "told": {"WARC-Profile": "p"}},
        {"url": "https://tern.example/c", "kind": "resource", "body": PAGE.encode()},
    )
    found, passed = read(put(tmp_path, data))
    assert [url for url, _ in found] == ["https://tern.example/a"]
    assert passed == {
        "front pages": 1,
        "images, scripts and other files": 1,
        "feeds": 2,
        "redirects": 1,
        "responses that are not whole: shorter than its Content-Length": 1,
        "responses that are not whole: its last chunk is missing": 1,
        "responses that are not whole: the archive says that it is truncated: length": 1,
        "responses without a valid date": 1,
        "responses that are none of the web": 1,
        "revisits of a page that was kept elsewhere": 1,
        "records that are no responses": 1,
    }


def test_pages_from_elsewhere_become_observations(tmp_path):
    """By their own dates, whatever their order; the outlet is the feeds file's, or the host."""
    later = PAGE.replace("Quarry to close", "Quarry to close in May").encode()
    data = written(
        response("https://www.tern.example/a", later, date="2025-03-05T09:30:00Z"),
        response("https://www.tern.example/a", PAGE.encode(), date="2025-03-04T09:30:00.5Z"),
        response("https://wire.example/b", PAGE.encode()),
    )
    desk = empty_desk(tmp_path)
    desk.follow([Feed(url="https://tern.example/feed", outlet="The Daily Tern")])
    done = desk.import_files(put(tmp_path, data), at=DAY)
    assert (done.tally.new_articles, done.tally.new_versions) == (2, 3)
    assert desk.rows("SELECT outlet, title FROM versions ORDER BY outlet, seq") == [
        ("The Daily Tern", "Quarry to close"),
        ("The Daily Tern", "Quarry to close in May"),
        ("wire.example", "Quarry to close"),
    ]
    assert desk.value("SELECT count(*) FROM versions WHERE archive IS NULL") == 0


def test_an_outlet_is_named_by_host_then_by_site():
    """Two outlets on one site are told apart by host, and a third host there belongs to neither."""
    outlets = Outlets([Feed(url=f"https://{n}.papers.example/rss", outlet=n) for n in ("north", "south")])
    assert [outlets.of(f"https://{h}/x") for h in ("north.papers.example", "www.papers.example", "far.example")] == [
        "north",
        "papers.example",
        "far.example",
    ]
    assert Outlets([Feed(url="https://feeds.tern.example/rss", outlet="Tern")]).of("https://www.tern.example/x") == "Tern"


@pytest.mark.skipif(shutil.which("wget") is None, reason="needs wget")
def test_what_wget_keeps_is_taken(tmp_path):
    """A real crawl of a real server: the article is taken, the feed passed over."""
    world = World()
    paper = world.outlet("The Daily Tern")
    talks = paper.publish("quarry-talks", at=DAY)
    with world.serve():
        command = [
            "wget",
            "-q",
            "-O",
            "/dev/null",
            "--no-proxy",
            f"--warc-file={tmp_path / 'crawl'}",
            talks.url,
            paper.feed.url,
        ]
        subprocess.run(command, check=True, timeout=60)
    desk = empty_desk(tmp_path / "desk")
    done = desk.import_files(tmp_path / "crawl.warc.gz", at=DAY)
    assert desk.rows("SELECT url, title FROM versions") == [(talks.url, talks.shown)]
    assert done.passed["feeds"] == 1


# ---- hostile ones --------------------------------------------------------------------------------------------------------


def test_a_file_that_expands_without_end_is_stopped(tmp_path, monkeypatch):
    """A megabyte of gzip is a gigabyte of nothing: reading ends at the limit, and what came before is kept."""
    monkeypatch.setattr(warc, "AT_LEAST", 3_000_000)
    squeezed = zlib.compressobj(9, zlib.DEFLATED, 31)
    head = b"WARC/1.0\r\nWARC-Type: resource\r\nContent-Length: 99999999999\r\n\r\n"
    bomb = squeezed.compress(head) + b"".join(squeezed.compress(bytes(1_000_000)) for _ in range(400)) + squeezed.flush()
    file = put(tmp_path, written(response("https://tern.example/a", PAGE.encode())) + bomb)
    tracemalloc.start()
    found, passed = read(file)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(found) == 1 and any("expands" in reason for reason in passed)
    assert peak < 10_000_000


def test_a_body_that_expands_without_end_is_passed_over(tmp_path):
    """One page is too large; the next one is taken."""
    bomb = gzip.compress(bytes(50_000_000))
    data = written(
        response("https://tern.example/bomb", bomb, ("Content-Encoding", "gzip")),
        response("https://tern.example/large", bytes(2 * MOST)),
        response("https://tern.example/a", PAGE.encode()),
    )
    found, passed = read(put(tmp_path, data))
    assert [url for url, _ in found] == ["https://tern.example/a"]
    assert sum(n for reason, n in passed.items() if "larger than" in reason) == 2


GOOD = written(response("https://tern.example/a", PAGE.encode()), gzipped=False)
BAD = [
    b"WARC/1.0\r\n" + b"X: " + b"a" * 2_000_000,
    b"WARC/1.0\r\n" + b"X: a\r\n" * 200_000,
    b"WARC/1.0\r\nWARC-Type: response\r\n\r\n",
    b"WARC/1.0\r\nContent-Length: -5\r\n\r\n",
    b"WARC/1.0\r\nContent-Length: many\r\n\r\n",
    b"WARC/1.0\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
    b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x.example/\r\nContent-Length: 500\r\n\r\nHTTP/1.1 200\r\n\r\n",
    b"WARC/9.9\r\n\r\n",
    b"WARC/",
]


@pytest.mark.parametrize("bad", BAD, ids=range(len(BAD)))
def test_a_broken_record_ends_in_words(tmp_path, bad):
    """What came before it is taken; nothing raises, and nothing large is held."""
    tracemalloc.start()
    found, _ = read(put(tmp_path, GOOD + bad, "x.warc"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [url for url, _ in found] == ["https://tern.example/a"]
    assert peak < 10_000_000


def test_headers_of_a_page_are_bounded(tmp_path):
    """A page with more headers than any has is passed over, and the next one is taken."""
    many = [(f"X-{n}", "a" * 900) for n in range(400)]
    found, passed = read(put(tmp_path, written(response("https://tern.example/m", PAGE.encode(), *many)) + gzip.compress(GOOD)))
    assert [url for url, _ in found] == ["https://tern.example/a"]
    assert any("headers are larger" in reason for reason in passed)


PACKED = written(response("https://tern.example/a", gzip.compress(PAGE.encode(), mtime=0), ("Content-Encoding", "gzip")))


@steady
@given(st.data())
def test_no_damage_raises(tmp_path_factory, data):
    """Bytes lost, added or changed anywhere: pages or reasons, never an exception; and no page but whole ones."""
    whole = bytearray(PACKED)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        what = data.draw(st.sampled_from(["cut", "flip", "insert"]))
        if what == "cut":
            del whole[at : at + data.draw(st.integers(1, 200))]
        elif what == "flip":
            whole[at] ^= data.draw(st.integers(1, 255))
        else:
            whole[at:at] = data.draw(st.binary(max_size=50))
        whole = whole or bytearray(b"\x1f")
    found, _ = read(put(tmp_path_factory.mktemp("damaged"), bytes(whole)))
    assert all(body == PAGE.encode() for _, body in found)


@steady
@given(st.data())
def test_no_damage_to_an_open_file_raises(tmp_path_factory, data):
    """The same without compression, where no checksum stands in the way of strange headers."""
    whole = bytearray(GOOD)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 30))] = data.draw(
            st.sampled_from([b"\r\n", b"\n", b":", b"\0", b"-1", b"WARC/", b" ", b"\xff", b""])
        )
    read(put(tmp_path_factory.mktemp("damaged"), bytes(whole), "x.warc"))


def test_what_a_foreign_file_tells_of_a_page_is_checked(tmp_path):
    """Names in our own fields are claims: an address that is none, a time that is none are left out, controls are cleaned."""
    one = response("https://tern.example/a", PAGE.encode()) | {"told": {"WARC-Record-ID": "<urn:uuid:mine>"}}
    told = b"writethru-url: javascript:alert(1)\r\nwritethru-outlet: T\x1b[31mern\r\nwritethru-published: soon\r\nother: x\r\n"
    meta = {
        "url": "https://tern.example/a",
        "kind": "metadata",
        "body": told,
        "told": {"WARC-Concurrent-To": "<urn:uuid:mine>"},
    }
    desk = empty_desk(tmp_path)
    desk.import_files(put(tmp_path, written(meta, one)), at=DAY)
    assert desk.rows("SELECT url, outlet, published_at FROM versions") == [("https://tern.example/a", "T[31mern", None)]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ({"judged": {"what": "quarantined"}}, "needs its kind"),
        ({"judged": {"what": "quarantined", "kind": "haunted"}}, "judged.kind"),
        ({"judged": {"what": "believed"}}, "judged.what"),
        ({"first_url": "file:///etc/passwd", "text": "x"}, "first_url: not an http"),
        ({"status": 42, "text": "x"}, "status"),
    ],
)
def test_a_recorded_judgement_that_is_none_is_reported(tmp_path, line, problem):
    """By its line, and skipped."""
    file = put(
        tmp_path, json.dumps({"at": "2025-03-04T09:30:00Z", "url": "https://tern.example/a", **line}).encode(), "x.jsonl"
    )
    done = empty_desk(tmp_path).import_files(file, at=DAY)
    assert len(done.invalid) == 1 and "line 1" in done.invalid[0] and problem in done.invalid[0]
    assert done.lines_read == 0


def test_a_damaged_gzip_of_observations_is_told(tmp_path):
    """Bytes that do not decompress are the file's fault, named with the file."""
    data = bytearray(gzip.compress(b'{"at": "2025-03-04T09:30:00Z", "url": "https://tern.example/a", "text": "x"}\n' * 50))
    data[20:40] = bytes(20)
    with pytest.raises(UsageError, match=r"x\.jsonl\.gz: cannot be read"):
        empty_desk(tmp_path).import_files(put(tmp_path, bytes(data), "x.jsonl.gz"), at=DAY)


# ---- the command line ----------------------------------------------------------------------------------------------------


def test_commands_hand_the_record_on(recorded, tmp_path, capsys):
    """Out in both forms and in again, rebuilt with nothing to do; a command without a form says what is missing."""
    own = ["--config", str(recorded.folder / "writethru.toml")]
    assert cli.run(["export", "--warc", str(tmp_path / "p.warc.gz"), *own]) == 0
    assert cli.run(["export", "--jsonl", str(tmp_path / "r.jsonl.gz"), "--since", "2025-03-04", *own, "--json"]) == 0
    assert "archived responses" in capsys.readouterr().out
    assert cli.run(["import", str(tmp_path / "p.warc.gz"), "--db", str(tmp_path / "new.duckdb")]) == 0
    assert cli.run(["rebuild", "--dry-run", *own]) == 0
    assert "0 articles with 0 versions would be rebuilt" in capsys.readouterr().out
    assert cli.run(["export", *own]) == 2
    assert "--warc FILE.warc.gz or --jsonl FILE.jsonl" in capsys.readouterr().err


OPML = b"""<opml version="2.0"><body>
<outline text="Northern &quot;Post&quot; \\ x" xmlUrl="https://north.example/rss"/>
<outline text="Followed" xmlUrl="https://tern.example/feed"/>
</body></opml>"""


def test_feeds_go_out_and_come_in_as_opml(tmp_path, capsys):
    """Printed as entries to look at, or added; those that are followed already are left out."""
    desk = empty_desk(tmp_path)
    own = ["--config", str(tmp_path / "writethru.toml")]
    desk.follow([Feed(url="https://tern.example/feed", outlet="The Daily Tern")])
    before = desk.settings.feeds.read_text(encoding="utf8")
    file = str(put(tmp_path, OPML, "list.opml"))
    assert cli.run(["feeds", "--opml-in", file, *own]) == 0
    entry = capsys.readouterr().out
    assert entry.count("[[feed]]") == 1 and desk.settings.feeds.read_text(encoding="utf8") == before
    for _ in range(2):
        assert cli.run(["feeds", "--opml-in", file, "--append", *own]) == 0
    assert desk.settings.feeds.read_text(encoding="utf8") == before + "\n" + entry
    capsys.readouterr()
    assert cli.run(["feeds", "--opml-out", "-", *own]) == 0
    assert cli.run(["feeds", "--opml-out", str(tmp_path / "out.opml"), *own]) == 0
    told = capsys.readouterr().out
    assert 'xmlUrl="https://north.example/rss"' in told and (tmp_path / "out.opml").read_text(encoding="utf8") in told


@pytest.mark.parametrize("bad", [b"<html/>", b"<opml", b"\0\xff"])
def test_a_list_that_is_none_changes_nothing(tmp_path, capsys, bad):
    """The message names the file; the feeds file stays as it was."""
    desk = empty_desk(tmp_path)
    desk.follow([Feed(url="https://tern.example/feed", outlet="The Daily Tern")])
    before = desk.settings.feeds.read_bytes()
    assert (
        cli.run(
            [
                "feeds",
                "--opml-in",
                str(put(tmp_path, bad, "list.opml")),
                "--append",
                "--config",
                str(tmp_path / "writethru.toml"),
            ]
        )
        == 2
    )
    assert "list.opml" in capsys.readouterr().err
    assert desk.settings.feeds.read_bytes() == before
