"""python check.py [DIR]: validates the demo (this one if no DIR is given); prints counts, then OK or each fault."""

import json
import re
import sys
import tomllib
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from copydesk import ASPECTS
from press import FIELDS, Record

PAGES = {"bot_wall", "paywall", "empty", "gone"}
SILENT = PAGES | {"cosmetic", "flap", "move"}
LOUD = set(
    ["number", "date", "negation", "modality", "quote", "attribution", "name", "correction", "headline", "addition", "deletion"]
)
TIME = re.compile(r"2025-(11|12)-\d\dT\d\d:(\d\d):00Z")
QUOTE = re.compile(r'["“”]')
SCARE = re.compile(r"(?<!\w)['‘]([^'’]+)['’](?!\w)")
INVENTED = tomllib.loads((Path(__file__).parent / "speakers.toml").read_text(encoding="utf8"))["speakers"]
MOST_TIMES = 170


def plain(url: str) -> str:
    """The URL as the gold names it."""
    return url.split("?utm_")[0]


def text(record: Record, where: str | None = None) -> str:
    """The part of an observation in which a label's words have to stand."""
    body, title = list(record["paragraphs"]), str(record["title"])
    parts = {"title": [title], "byline": [record["byline"] or ""], "url": [record["url"]], "body": body, "page": [*body, title]}
    return "\n".join(parts[where] if where else [title, *body])


class Check:
    """The demo's files, and the faults found in them."""

    def __init__(self, folder: Path):
        lines = (folder / "observations.jsonl").read_text(encoding="utf8").splitlines()
        self.seen: list[Record] = [json.loads(line) for line in lines]
        self.gold = json.loads((folder / "gold.json").read_text(encoding="utf8"))
        self.outlets = json.loads((folder / "outlets.json").read_text(encoding="utf8"))["outlets"]
        self.watch = tomllib.loads((folder / "stories.toml").read_text(encoding="utf8"))["story"][0]
        self.faults: list[str] = []
        self.by_url: dict[str, list[Record]] = defaultdict(list)
        for record in self.seen:
            self.by_url[plain(record["url"])].append(record)
        self.at = {(plain(r["url"]), r["at"]): r for r in self.seen}
        self.main = set(self.gold["stories"].get(self.watch["slug"], ()))
        self.transient = {(e["url"], e["to_at"]) for e in self.gold["edits"] if e.get("note", "").startswith("transient")}

    def need(self, holds: object, fault: str) -> None:
        if not holds:
            self.faults.append(fault)

    def observations(self) -> None:
        """Fields, times, hosts; nothing in quotation marks that no invented person said."""
        for number, r in enumerate(self.seen, 1):
            here = f"line {number}"
            times = [r["published"], *([r["updated"]] if r["updated"] else []), r["at"]]
            self.need(list(r) == FIELDS, f"{here}: fields {list(r)}")
            self.need(all(TIME.fullmatch(t) for t in times) and times == sorted(times), f"{here}: times {times}")
            self.need(r["at"][14:16] in ("00", "15", "30", "45"), f"{here}: seen off the quarter hour")
            self.need(urlsplit(r["url"]).hostname.endswith(".example"), f"{here}: host {r['url']}")
            for paragraph in r["paragraphs"]:
                named = any(name in paragraph for name in INVENTED)
                self.need(named or not QUOTE.search(paragraph), f"{here}: quotation of nobody invented: {paragraph[:70]}")
            said = " ".join(p for p in r["paragraphs"] if QUOTE.search(p))
            for words in SCARE.findall(r["title"]):
                self.need(
                    words.lower().rstrip(",.") in said.lower(), f"{here}: headline quotes what nobody invented says: {words}"
                )
        self.need([r["at"] for r in self.seen] == sorted(r["at"] for r in self.seen), "observations are not in time order")
        for url, seen in self.by_url.items():
            times = [r["at"] for r in seen]
            self.need(times == sorted(set(times)), f"{url}: seen twice at one time")
            self.need(
                len({(r["guid"], r["published"], r["feed"], r["outlet"]) for r in seen}) == 1, f"{url}: guid, feed or published"
            )
        self.need(len({seen[0]["guid"] for seen in self.by_url.values()}) == len(self.by_url), "two articles share a guid")

    def outlet_list(self) -> None:
        """outlets.json covers every observation."""
        feeds = {(o["name"], o["feed"]["url"], o["host"]) for o in self.outlets}
        for r in self.seen:
            self.need((r["outlet"], r["feed"], urlsplit(r["url"]).hostname) in feeds, f"outlets.json lacks {r['outlet']}")
        self.need({o["feed"]["format"] for o in self.outlets} == {"rss", "atom", "json"}, "feed formats")

    def stories(self) -> None:
        """Every article is in one story."""
        members = Counter(url for urls in self.gold["stories"].values() for url in urls)
        self.need(set(members) == set(self.by_url) and set(members.values()) == {1}, "stories do not hold each article once")
        related = set(self.gold["related_ok"])
        self.need(related <= set(self.by_url) and not related & self.main, "related_ok")
        self.need(self.main, "the watched story is not in the gold")

    def edits(self) -> None:
        """Each label's words stand in the versions that it names, and only there."""
        for e in self.gold["edits"]:
            tag = f"{e['url']} {e['to_at']} {e['before'][:40]!r} -> {e['after'][:40]!r}"
            self.need(e["kind"] in SILENT | LOUD and e["meaning"] == (e["kind"] in LOUD), f"kind and meaning: {tag}")
            self.need((e["kind"] in PAGES) == (e["where"] == "page"), f"where: {tag}")
            a, b = self.at.get((e["url"], e["from_at"])), self.at.get((e["url"], e["to_at"]))
            if not a or not b:
                self.faults.append(f"names no observation: {tag}")
                continue
            between = [r["at"] for r in self.by_url[e["url"]] if e["from_at"] < r["at"] < e["to_at"]]
            self.need(
                e["from_at"] < e["to_at"] and all((e["url"], t) in self.transient for t in between), f"skips a version: {tag}"
            )
            self.words(e, text(a, e["where"]), text(b, e["where"]), tag)

    def words(self, e: Record, old: str, new: str, tag: str) -> None:
        before, after = str(e["before"]), str(e["after"])
        self.need(before in old, f"before is not in the earlier text: {tag}")
        self.need(after in new, f"after is not in the later text: {tag}")
        if e["kind"] != "move":
            self.need(not before or before in after or before not in new, f"before is still there: {tag}")
            self.need(not after or after in before or after not in old, f"after was there before: {tag}")

    def steps(self) -> None:
        """Every step is labelled or listed as unchanged, and its labels, replayed in order, give the later text."""
        labels: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for e in self.gold["edits"]:
            labels[e["url"], e["to_at"]].append(e)
        same = {(n["url"], n["from_at"], n["to_at"]) for n in self.gold["no_change"]}
        for url, seen in self.by_url.items():
            for a, b in pairwise(seen):
                step, here = (url, a["at"], b["at"]), labels.get((url, b["at"]), [])
                self.need(bool(here) != (step in same), f"neither labelled nor unchanged, or both: {step}")
                if (url, b["at"]) not in self.transient:
                    self.replay(b, [e for e in here if e["where"] in ("title", "byline", "body")], a)

    def replay(self, b: Record, labels: list[Record], a: Record) -> None:
        if labels:
            a = self.at[labels[0]["url"], labels[0]["from_at"]]
        elif (plain(a["url"]), a["at"]) in self.transient:
            a = [r for r in self.by_url[plain(a["url"])] if r["at"] < a["at"]][-1]
        title, byline, body = str(a["title"]), str(a["byline"] or ""), list(a["paragraphs"])
        try:
            for e in labels:
                if e["where"] == "title":
                    title = title.replace(e["before"], e["after"])
                elif e["where"] == "byline":
                    byline = byline.replace(e["before"], e["after"])
                else:
                    replay_paragraph(body, e)
        except IndexError:
            self.faults.append(f"labels cannot be replayed: {b['url']} {b['at']}")
        later = (b["title"], b["byline"] or "", b["paragraphs"])
        self.need((title, byline, body) == later, f"labels do not give the later text: {b['url']} {b['at']}")

    def aspects(self) -> None:
        """Changes, conflicts and lineage name texts that were there."""
        names = {aspect["name"] for aspect in self.watch["aspect"]}
        self.need(names == set(ASPECTS.values()), "stories.toml and the marks differ in their aspects")
        first: dict[tuple[str, str, str], str] = {}
        for x in self.gold["aspect_changes"]:
            tag = f"{x['aspect']} {x['at']} {x['after'][:50]!r}"
            record = self.at.get((x["url"], x["at"]))
            self.need(x["url"] in self.main and record and x["after"] in text(record), f"after is not there: {tag}")
            earlier = [r for r in self.seen if r["at"] <= x["at"] and plain(r["url"]) in self.main]
            self.need(not x["before"] or any(x["before"] in text(r) for r in earlier), f"before was never there: {tag}")
            moment = (x["aspect"], x["subject"], x["at"])
            self.need(
                x.get("repeat") or first.setdefault(moment, x["url"]) == x["url"], f"two articles are first at one time: {tag}"
            )
        for c in self.gold["conflicts"]:
            self.need(c["aspect"] in names, f"conflict on {c['aspect']}")
            for side in (c["a"], c["b"]):
                live = [
                    r for r in self.by_url[side["url"]] if r["at"] <= c["at"] and (side["url"], r["at"]) not in self.transient
                ]
                self.need(live and side["text"] in text(live[-1]), f"conflict: not said at {c['at']}: {side['text']!r}")
        for row in self.gold["lineage"]:
            source = row["source_url"]
            seen_before = source is None or self.by_url[source][0]["at"] <= self.by_url[row["url"]][0]["at"]
            self.need(row["url"] in self.by_url and seen_before and len(row["chain"]) > 1, f"lineage: {row}")

    def amounts(self) -> None:
        """The demo is as large and as varied as its README says."""
        other = set(self.by_url) - self.main
        several = [u for u in self.main if len(self.by_url[u]) > 1]
        required = [x for x in self.gold["aspect_changes"] if not x.get("repeat")]
        kinds = Counter(e["kind"] for e in self.gold["edits"])
        self.need(len(self.main) >= 38 and len(several) >= 24, f"{len(self.main)} articles, {len(several)} in several versions")
        self.need(len(other) >= 45 and len(self.gold["stories"]) >= 10, f"{len(other)} other articles")
        self.need(len({r["outlet"] for r in self.seen}) >= 8, "outlets")
        self.need(len({r["at"] for r in self.seen}) <= MOST_TIMES, "times at which something is seen")
        self.need(set(kinds) == SILENT | LOUD, f"kinds of edit never used: {(SILENT | LOUD) - set(kinds)}")
        self.need(len(required) >= 65 and {x["aspect"] for x in required} == set(ASPECTS.values()), "required changes")
        self.need(len(self.gold["conflicts"]) >= 10, "conflicts")

    def run(self) -> list[str]:
        for part in (self.observations, self.outlet_list, self.stories, self.edits, self.steps, self.aspects, self.amounts):
            part()
        return self.faults

    def report(self) -> str:
        """The amounts, as lines."""
        gold, edits = self.gold, self.gold["edits"]
        several = sum(len(self.by_url[u]) > 1 for u in self.main)
        bumped = sum(a["updated"] != b["updated"] for seen in self.by_url.values() for a, b in pairwise(seen))
        steps = sum(len(seen) - 1 for seen in self.by_url.values())
        required = Counter(x["aspect"] for x in gold["aspect_changes"] if not x.get("repeat"))
        kinds = Counter(e["kind"] for e in edits)
        words = sum(len(text(seen[0]).split()) for seen in self.by_url.values())
        lines = [
            f"observations {len(self.seen)}, times {len({r['at'] for r in self.seen})}, outlets {len(self.outlets)}",
            f"articles {len(self.by_url)}, words in their first versions {words}",
            f"of the watched story {len(self.main)}, seen changing {several}",
            f"other stories {len(gold['stories']) - 1}, related_ok {len(gold['related_ok'])}",
            f"steps {steps}, with `updated` moved {bumped}, unchanged {len(gold['no_change'])}",
            f"edits {len(edits)}, with meaning {sum(e['meaning'] for e in edits)}: {dict(kinds.most_common())}",
            f"aspect changes {required.total()}, repeats {len(gold['aspect_changes']) - required.total()}",
            f"  {dict(required.most_common())}",
            f"conflicts {len(gold['conflicts'])}, lineages {len(gold['lineage'])}",
        ]
        return "\n".join(lines)


def replay_paragraph(body: list[str], e: Record) -> None:
    """Carries out one label of the body."""
    i, j = e.get("from_para"), e.get("to_para")
    if e["kind"] == "move":
        body.insert(j, body.pop(i))
    elif i is None:
        body.insert(j, e["after"])
    elif j is None:
        body.pop(i)
    else:
        body[i] = body[i].replace(e["before"], e["after"])


def main(folder: Path) -> int:
    """Prints what there is and what is wrong with it."""
    check = Check(folder)
    faults = check.run()
    print(check.report())
    for fault in faults:
        print("FAULT", fault)
    print(f"{len(faults)} faults" if faults else "OK")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent))
