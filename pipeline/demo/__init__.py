"""The demo: a recorded story replayed as live feeds and pages on loopback, through the same stages as any other."""

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from pipeline import journey
from pipeline.config import Settings, load_settings, load_watches
from pipeline.demo.press import Press, load_press, moments, serving
from pipeline.journey.collect import ingest_into
from pipeline.journey.progress import Progress, silent
from pipeline.journey.starting import seeds_folder
from pipeline.journey.tracking import track_store

SETTINGS = """\
db = "writethru.duckdb"
feeds = "feeds.toml"
stories = "stories.toml"
reports = "reports"

[fetch]
per_host_delay = 0  # one loopback server stands for all outlets
total_timeout = 10
"""
BEST_LINES = 12  # of the change log, shown at the end


@dataclass(slots=True)
class DemoSummary:
    """What the demo left behind."""

    db: str
    reports: str
    slug: str
    looks: int
    counts: dict[str, int]
    best: list[str]

    def lines(self) -> list[str]:
        told = ", ".join(f"{n} {view}" for view, n in self.counts.items())
        me, config = called_as(), Path(self.db).parent / "writethru.toml"
        return [
            "",
            *self.best,
            "",
            f"{self.looks} looks at the recorded times left {told}.",
            "",
            "Read next",
            f"  {self.reports}/index.html                     open it in a browser",
            f"  {self.reports}/{self.slug}/changelog.md",
            "Try next",
            f"  {me} changes --config {config} --aspect deadline",
            f"  {me} articles --config {config} --edited",
            f'  {me} sql --config {config} "SELECT outlet, edits, silent_edits FROM outlet_edits"',
            f"  {me} init        your own feeds and stories: two files to edit",
        ]


def called_as() -> str:
    """How this program can be called again from here: by its name if the shell finds it, else as it was called."""
    called = Path(sys.argv[0])
    return str(called) if called.name == "writethru" and not shutil.which("writethru") else "writethru"


def settings_in(out: Path, press: Press) -> Settings:
    """The demo's own settings file, feeds and stories below `out`; written anew each time."""
    out.mkdir(parents=True, exist_ok=True)
    feeds = [f'[[feed]]\nurl = "http://{o.host}{o.feed_path}"\noutlet = "{o.name}"\n' for o in press.outlets.values()]
    texts = {
        "writethru.toml": SETTINGS,
        "feeds.toml": "\n".join(feeds),
        "stories.toml": (seeds_folder() / "demo" / "stories.toml").read_text(encoding="utf8"),
    }
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf8")
    return load_settings(out / "writethru.toml")


def replay(out: Path, progress: Progress = silent) -> DemoSummary:
    """Publish the record, look at the recorded times, track, report. Run again, it adds nothing."""
    press = load_press(seeds_folder() / "demo")
    settings = settings_in(out, press)
    times = moments(press)
    with serving(press) as proxy, journey.writing(settings, "demo", times[-1]) as store:
        done = store.last_seen()
        for n, at in enumerate(times, 1):
            if done is None or at > done:
                press.now = at
                ingest_into(store, settings, at, everything=False, progress=silent, proxy=proxy)
            progress("looking", n, len(times))
        track_store(store, settings, times[-1], rebuild=False, progress=progress)
    journey.report(settings, times[-1], progress=progress)
    return _summary(settings, len(times))


def _summary(settings: Settings, looks: int) -> DemoSummary:
    with journey.reading(settings) as store:
        counts = store.counts(("articles", "versions", "edits", "stories", "changes"))
    slug = load_watches(settings.stories)[0].slug
    return DemoSummary(
        db=str(settings.db),
        reports=str(settings.reports),
        slug=slug,
        looks=looks,
        counts=counts,
        best=journey.best_lines(settings, slug, BEST_LINES),
    )
