"""python build.py [DIR]: rebuilds observations.jsonl, gold.json and outlets.json (in the demo's folder if no DIR is given)."""

import json
import sys
import tomllib
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from copydesk import ASPECTS, Article, CopyError, articles, iso
from ledger import aspect_changes
from press import Outlet, Played, Record, Seen, play

HERE = Path(__file__).resolve().parent
STORY = "us-28-point-plan"
FIRST, LAST = date(2025, 11, 18), date(2025, 12, 26)
HOT_UNTIL = date(2025, 11, 28)
HOT = ["00:00", "03:00", "06:00", "08:00", "10:00", "12:00", "14:00", "16:00", "18:00", "20:00", "22:00"]
QUIET = ["00:00", "06:30", "10:00", "13:30", "17:00", "20:30"]


def polls() -> list[str]:
    """When the outlets are looked at: often in the hot days, a few times a day later. Most looks find nothing new."""
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    return [iso(f"{day:%m-%d}", clock) for day in days for clock in (HOT if day <= HOT_UNTIL else QUIET)]


def outlets() -> dict[str, Outlet]:
    """The outlets by their short name."""
    table = tomllib.loads((HERE / "outlets.toml").read_text(encoding="utf8"))
    return {key: Outlet(key=key, **values) for key, values in table.items()}


def read_copy(press: dict[str, Outlet]) -> list[Article]:
    """All articles, the watched story's first."""
    boilerplate = {key: outlet.boilerplate for key, outlet in press.items()}
    files = [*sorted((HERE / "story").glob("*.txt")), *sorted((HERE / "neighbours").glob("*.txt"))]
    found = [article for path in files for article in articles(path, boilerplate)]
    if len({a.key for a in found}) != len(found):
        raise CopyError("two articles share a key")
    return found


def unchanged(seen: list[Seen]) -> list[Record]:
    """Steps in which nothing differs but perhaps the outlet's `updated`."""
    same = ("title", "summary", "byline", "paragraphs", "url")
    pairs = [(a, b) for a, b in pairwise(seen) if all(a.record[f] == b.record[f] for f in same)]
    return [{"url": a.url, "from_at": a.at, "to_at": b.at} for a, b in pairs]


def conflicts(url: dict[str, str]) -> list[Record]:
    """conflicts.toml with keys and short times spelt out."""
    rows = tomllib.loads((HERE / "conflicts.toml").read_text(encoding="utf8"))["conflict"]
    out: list[Record] = []
    for row in rows:
        sides = {side: {"url": url[row[side][0]], "text": row[side][1]} for side in ("a", "b")}
        out.append({"aspect": ASPECTS[row["aspect"]], "at": iso(*row["at"].split()), **sides, "note": row["note"]})
    return sorted(out, key=lambda row: row["at"])


def lineage(played: list[Played], url: dict[str, str]) -> list[Record]:
    """For articles that rewrite another: which, and the chain of sources."""
    chains = [(p.url, *p.article.chain) for p in played if p.article.chain]
    return [{"url": mine, "source_url": url.get(source), "chain": list(chain)} for mine, source, *chain in chains]


def gold(played: list[Played]) -> Record:
    """All labels."""
    url = {p.article.key: p.url for p in played}
    stories: dict[str, list[str]] = {}
    for p in played:
        stories.setdefault(p.article.story, []).append(p.url)
    edits = sorted((e for p in played for e in p.edits), key=lambda e: (e["to_at"], e["url"]))
    main = sorted((s for p in played if p.article.story == STORY for s in p.seen if s.real), key=lambda s: (s.at, s.url))
    corrected = {(str(e["url"]), str(e["to_at"])) for e in edits if e["kind"] == "correction"}
    return {
        "stories": stories,
        "related_ok": [p.url for p in played if p.article.related],
        "edits": edits,
        "aspect_changes": aspect_changes(main, corrected),
        "conflicts": conflicts(url),
        "lineage": lineage(played, url),
        "no_change": sorted((s for p in played for s in unchanged(p.seen)), key=lambda s: (s["to_at"], s["url"])),
    }


def describe(outlet: Outlet) -> Record:
    """What a server that replays the demo needs to know of an outlet."""
    feed = {"format": outlet.feed_format, "path": outlet.feed_path, "url": outlet.feed}
    return {"key": outlet.key, "name": outlet.name, "host": outlet.host, "feed": feed, "template": outlet.template}


def main(folder: Path) -> None:
    """Writes the three files."""
    press, times = outlets(), polls()
    played = [play(article, press[article.outlet], times) for article in read_copy(press)]
    seen = sorted((s for p in played for s in p.seen), key=lambda s: (s.at, s.url))
    labels = gold(played)
    lines = [json.dumps(s.record, ensure_ascii=False) + "\n" for s in seen]
    (folder / "observations.jsonl").write_text("".join(lines), encoding="utf8")
    (folder / "gold.json").write_text(json.dumps(labels, ensure_ascii=False, indent=1) + "\n", encoding="utf8")
    used = [describe(o) for o in press.values() if any(urlsplit(s.url).hostname == o.host for s in seen)]
    (folder / "outlets.json").write_text(json.dumps({"outlets": used}, ensure_ascii=False, indent=1) + "\n", encoding="utf8")
    print({key: len(part) for key, part in labels.items()}, f"{len(seen)} observations, {len({s.at for s in seen})} times")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent)
