"""A large import, made from a seed, and what it costs with one worker and with several.

    python bench/bulk.py make FOLDER [--count N] [--form text|html|warc] [--files N]
    python bench/bulk.py measure FOLDER [--workers 1,2]

`make` writes articles of 500 invented outlets, an observation every half minute: four in ten look at an article once more, and
half of those find it edited. Within each file lines are in time order, the files run side by side. `measure` imports what it
finds there into new stores and tells CPU milliseconds of all processes by observation, the seconds it took, the largest memory
of one process, and the most that lay in the spool beside the size of the files.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path

from serving import paragraphs, topic

from pipeline.archive import write_warc
from pipeline.journey.spool import Spool
from pipeline.model import Fetched, Outcome

START = datetime(2026, 1, 1, tzinfo=UTC)
APART = timedelta(seconds=30)
OUTLETS = 500
AGAIN = 0.4  # of all observations: a look at an article that was seen before
EDITED = 0.5  # of those: that find another text
BACK = 5_000  # articles, of which one may be looked at again
MENU = "".join(f'<li><a href="/section/{n}" class="menu-item menu-{n}">Section {n}</a></li>' for n in range(60))
FOOT = "".join(
    f'<div class="teaser"><a href="/more/{n}"><h3>More of section {n}</h3></a><p>Read on.</p></div>' for n in range(40)
)
SCRIPT = "<script>" + "window.layer=window.layer||[];" * 200 + "</script>"


@dataclass(frozen=True, slots=True)
class Look:
    """One observation."""

    at: datetime
    article: int
    edits: int

    @property
    def outlet(self) -> str:
        return f"outlet{self.article % OUTLETS}.example"

    @property
    def url(self) -> str:
        return f"https://{self.outlet}/news/{self.article}/report-{self.article}"


def looks(count: int, seed: int) -> Iterator[Look]:
    """The observations in time order."""
    rng, edits, articles = random.Random(seed), dict[int, int](), 0
    for n in range(count):
        if articles and rng.random() < AGAIN:
            article = rng.randrange(max(0, articles - BACK), articles)
            edits[article] = edits.get(article, 0) + (rng.random() < EDITED)
        else:
            article, articles = articles, articles + 1
        edits.pop(article - BACK, None)
        yield Look(START + n * APART, article, edits.get(article, 0))


def told(look: Look, seed: int) -> tuple[str, list[str]]:
    """Headline and paragraphs."""
    rng = random.Random(seed * 1_000_003 + look.article)
    about = topic(rng)
    text = paragraphs(rng, about)
    if look.edits:
        text.insert(1, f"The number of people affected was {1_200 + 37 * look.edits}, officials said later.")
    return f"{about[-1]} and {about[0]}: what is known of number {look.article}", text


def page(look: Look, title: str, text: list[str]) -> str:
    """A page with menus, teasers and scripts around the article, some 30 kB."""
    article = "".join(f"<p>{escape(p)}</p>" for p in text)
    return (
        f"<!doctype html><html lang='en'><head><title>{escape(title)}</title>{SCRIPT}"
        f"<link rel='canonical' href='{look.url}'></head><body><nav><ul>{MENU}</ul></nav><main><article>"
        f"<h1>{escape(title)}</h1>{article}</article></main><aside>{FOOT}</aside><footer><ul>{MENU}</ul></footer></body></html>"
    )


def line(look: Look, seed: int, html: bool) -> bytes:
    """One line of a recorded file."""
    title, text = told(look, seed)
    body = {"html": page(look, title, text)} if html else {"paragraphs": text}
    return (
        json.dumps({"at": look.at.isoformat(), "url": look.url, "outlet": look.outlet, "title": title, **body}).encode() + b"\n"
    )


def response(look: Look, seed: int) -> Fetched:
    """One response of a web archive."""
    body = page(look, *told(look, seed)).encode()
    headers = {"content-type": "text/html; charset=utf-8"}
    return Fetched(
        url=look.url, final_url=look.url, fetched_at=look.at, outcome=Outcome.OK, status=200, headers=headers, body=body
    )


def make(folder: Path, count: int, form: str, files: int, seed: int) -> None:
    """Write the files."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(files):
        mine = (look for i, look in enumerate(looks(count, seed)) if i % files == n)
        if form == "warc":
            with (folder / f"part-{n}.warc.gz").open("wb") as out:
                write_warc(out, {"software": "bench/bulk.py"}, ((response(x, seed), {}) for x in mine), START, out.name)
        else:
            with (folder / f"part-{n}.jsonl").open("wb") as out:
                out.writelines(line(x, seed, form == "html") for x in mine)


def measure(folder: Path, workers: int) -> str:
    """One import into a new store, as a line of a table."""
    files = sorted(str(f.resolve()) for f in folder.iterdir())
    with tempfile.TemporaryDirectory(dir=folder.resolve().parent) as name:
        for settings in ("writethru.toml", "feeds.toml", "stories.toml"):
            Path(name, settings).touch()
        code = "from pipeline.cli import main; main()"
        command = [sys.executable, "-c", code, "import", *files, "--workers", str(workers), "--json", "--now", "2027-06-01"]
        started, most = time.monotonic(), 0
        run = subprocess.Popen(command, cwd=name, stdout=subprocess.PIPE, text=True)
        while os.waitid(os.P_PID, run.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            most = max(most, Spool(Path(name, "writethru.spool")).size())
            time.sleep(1)
        assert run.stdout is not None
        done = json.loads(run.stdout.read())
        _, _, used = os.wait4(run.pid, 0)
    count, cpu = done["lines_read"], used.ru_utime + used.ru_stime
    size = sum(Path(f).stat().st_size for f in files)
    seconds = time.monotonic() - started
    return (
        f"| {count:,} | {workers} | {1000 * cpu / count:.2f} | {seconds:.0f} | {used.ru_maxrss / 1000:.0f} "
        f"| {most / 1e6:.0f} of {size / 1e6:.0f} |"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("make", "measure"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--form", choices=("text", "html", "warc"), default="html")
    parser.add_argument("--files", type=int, default=4)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--workers", default="1,2")
    given = parser.parse_args()
    if given.what == "make":
        make(given.folder, given.count, given.form, given.files, given.seed)
        return
    print("| observations | workers | CPU ms each | seconds | MB of the largest process | MB in the spool, of files |")
    print("|---|---|---|---|---|---|")
    for workers in map(int, given.workers.split(",")):
        print(measure(given.folder, workers), flush=True)


if __name__ == "__main__":
    main()
