"""Checks the golden stories of the newsroom: python tests/stories/strike/check.py [NAME...]. Counts and faults; exit 0 = none.

What it holds: files are what the source builds; times in order; every text an exact piece of the observation it names; the
labels of a step, replayed, turn the earlier text into the later one; every changed step is labelled; conflicts stand at their
time; the counts are those that the two stories were written for.
"""

import json
import sys
import tomllib
from collections import Counter, defaultdict
from itertools import pairwise
from urllib.parse import urlsplit

from newsroom import PAGES, QUIET, SLUGS, STORIES, build

LOUD = {
    "number",
    "date",
    "negation",
    "modality",
    "quote",
    "attribution",
    "name",
    "correction",
    "headline",
    "addition",
    "deletion",
}
KINDS = QUIET | LOUD
FIELDS = ["at", "outlet", "feed", "url", "guid", "title", "published", "updated", "byline", "summary", "paragraphs", "status"]


def whole(o: dict, place: str = "") -> str:
    """The text of one place of an observation, or of title and body."""
    if place == "title":
        return o["title"]
    if place == "byline":
        return o["byline"] or ""
    if place == "url":
        return o["url"]
    return "\n".join(o["paragraphs"] if place == "body" else [o["title"], *o["paragraphs"]])


def replay(old: dict, labels: list[dict]) -> tuple[str, str, list[str]]:
    """What the labels make of the earlier text."""
    title, byline, body = old["title"], old["byline"] or "", list(old["paragraphs"])
    for e in labels:
        i, j = e.get("from_para"), e.get("to_para")
        if e["where"] == "title":
            title = title.replace(e["before"], e["after"])
        elif e["where"] == "byline":
            byline = byline.replace(e["before"], e["after"])
        elif e["kind"] == "move":
            body.insert(j, body.pop(i))
        elif e["where"] == "body" and i is None:
            body.insert(j, e["after"])
        elif e["where"] == "body" and j is None:
            body.pop(i)
        elif e["where"] == "body":
            assert body[i].count(e["before"]) == 1, e
            body[i] = body[i].replace(e["before"], e["after"])
    return title, byline, body


class Check:
    def __init__(self, name: str):
        self.name, self.folder, self.faults = name, STORIES / name, []
        self.rows = [json.loads(line) for line in (self.folder / "observations.jsonl").read_text(encoding="utf8").splitlines()]
        self.gold = json.loads((self.folder / "gold.json").read_text(encoding="utf8"))
        self.watch = tomllib.loads((self.folder / "stories.toml").read_text(encoding="utf8"))["story"][0]
        self.names = [aspect["name"] for aspect in self.watch["aspect"]]
        self.main = set(self.gold["stories"][self.watch["slug"]])
        self.by = defaultdict(list)
        for row in self.rows:
            self.by[row["url"].split("?utm_")[0]].append(row)
        self.at = {(url, o["at"]): o for url, seen in self.by.items() for o in seen}
        self.away = {(e["url"], e["to_at"]) for e in self.gold["edits"] if e.get("note", "").startswith("transient")}

    def need(self, holds: object, fault: str) -> None:
        if not holds:
            self.faults.append(fault)

    def run(self) -> list[str]:
        files = tuple((self.folder / f).read_text(encoding="utf8") for f in ("observations.jsonl", "gold.json"))
        self.need(build(self.folder) == files, "the files are not what the source builds")
        self.observations()
        self.edits()
        self.steps()
        self.claims()
        self.conflicts()
        self.wordings()
        self.counts()
        return self.faults

    def observations(self) -> None:
        self.need([o["at"] for o in self.rows] == sorted(o["at"] for o in self.rows), "observations are not in time order")
        for o in self.rows:
            self.need(list(o) == FIELDS, f"fields {o['url']}")
            self.need(urlsplit(o["url"]).hostname.endswith(".example"), f"host {o['url']}")
            self.need(
                o["published"] <= o["at"] and (o["updated"] is None or o["published"] <= o["updated"] <= o["at"]),
                f"times {o['url']} {o['at']}",
            )
            self.need(not any(c in whole(o) for c in "[]") and "=>" not in whole(o), f"a mark is left {o['url']} {o['at']}")
        for url, seen in self.by.items():
            times = [o["at"] for o in seen]
            self.need(times == sorted(set(times)), f"times of {url}")
            self.need(len({(o["guid"], o["published"], o["outlet"], o["feed"]) for o in seen}) == 1, f"guid or feed of {url}")
        self.need(len({seen[0]["guid"] for seen in self.by.values()}) == len(self.by), "a guid is shared")
        listed = Counter(url for urls in self.gold["stories"].values() for url in urls)
        self.need(set(listed) == set(self.by) and set(listed.values()) == {1}, "stories do not hold every article once")
        self.need(set(self.gold["related_ok"]) <= set(self.by) - self.main, "related_ok")

    def edits(self) -> None:
        for e in self.gold["edits"]:
            tag = f"{e['url']} {e['to_at']} {e['before'][:60]!r} => {e['after'][:60]!r}"
            self.need(e["kind"] in KINDS and e["meaning"] == (e["kind"] not in QUIET), f"kind {tag}")
            self.need((e["kind"] in PAGES) == (e["where"] == "page"), f"where {tag}")
            a, b = self.at[e["url"], e["from_at"]], self.at[e["url"], e["to_at"]]
            old, new = whole(a, e["where"]), whole(b, e["where"])
            self.need(e["before"] in old and e["after"] in new, f"not a piece of the text {tag}")
            if e["kind"] not in PAGES | {"move"}:
                self.need(not e["before"] or e["before"] in e["after"] or e["before"] not in new, f"before still stands {tag}")
                self.need(not e["after"] or e["after"] in e["before"] or e["after"] not in old, f"after stood already {tag}")
            between = [o["at"] for o in self.by[e["url"]] if e["from_at"] < o["at"] < e["to_at"]]
            self.need(all((e["url"], t) in self.away for t in between), f"skips a real version {tag}")

    def steps(self) -> None:
        labels = defaultdict(list)
        for e in self.gold["edits"]:
            labels[e["url"], e["to_at"]].append(e)
        same = {(s["url"], s["to_at"]) for s in self.gold["no_change"]}
        for url, seen in self.by.items():
            last = seen[0]
            for before, o in pairwise(seen):
                here = labels.get((url, o["at"]), [])
                if (url, o["at"]) in self.away:
                    self.need(len(here) == 1, f"page with other labels {url} {o['at']}")
                    continue
                result = (o["title"], o["byline"] or "", o["paragraphs"])
                self.need(replay(last, here) == result, f"labels do not make the later text {url} {o['at']}")
                changed = any(last[f] != o[f] for f in ("title", "byline", "paragraphs", "url"))
                quiet = not [e for e in here if e["where"] != "page"]
                self.need(changed != quiet and quiet == ((url, o["at"]) in same), f"step without label {url} {o['at']}")
                self.need(
                    ((url, before["at"]) in self.away) == any(e["where"] == "page" for e in here), f"return from a page {url}"
                )
                last = o

    def claims(self) -> None:
        for c in self.gold["aspect_changes"]:
            tag = f"{c['aspect']} {c['at']} {c['after']!r}"
            self.need(c["aspect"] in self.names and c["url"] in self.main, f"aspect or story {tag}")
            self.need(c["after"] in whole(self.at[c["url"], c["at"]]), f"after {tag}")
            earlier = [o for url in self.main for o in self.by[url] if o["at"] <= c["at"]]
            self.need(not c["before"] or any(c["before"] in whole(o) for o in earlier), f"before {tag}")

    def conflicts(self) -> None:
        for c in self.gold["conflicts"]:
            self.need(c["aspect"] in self.names, f"conflict {c}")
            for side in "ab":
                live = [o for o in self.by[c[side]["url"]] if o["at"] <= c["at"] and (c[side]["url"], o["at"]) not in self.away]
                self.need(live and c[side]["text"] in whole(live[-1]), f"conflict does not stand {c['at']} {c[side]['text']!r}")
        for line in self.gold["lineage"]:
            source = line["source_url"]
            self.need(source is None or self.by[source][0]["at"] < self.by[line["url"]][0]["at"], f"lineage {line}")

    def wordings(self) -> None:
        other = json.loads((self.folder / "wordings.json").read_text(encoding="utf8"))
        self.need(len(other) == 12 and all(w["title"] and w["match"] for w in other), "wordings.json")
        abouts = json.loads((self.folder / "abouts.json").read_text(encoding="utf8"))
        self.need(len(abouts) == 3 and all(list(user) == self.names for user in abouts), "abouts.json")

    def counts(self) -> None:
        must = Counter(c["aspect"] for c in self.gold["aspect_changes"] if not c.get("repeat"))
        several = [u for u in self.main if len(self.by[u]) > 1]
        kinds = Counter(e["kind"] for e in self.gold["edits"])
        self.need(len({o["outlet"] for o in self.rows}) == 7, "outlets")
        self.need(24 <= len(self.main) <= 30 and len(several) >= 16, f"articles {len(self.main)}, with versions {len(several)}")
        self.need(len(self.by) - len(self.main) >= 25 and len(self.gold["stories"]) >= 7, "other articles")
        self.need(sum(must.values()) >= 45 and set(must) == set(self.names) and 8 <= len(must) <= 9, f"aspect changes {must}")
        self.need(len(self.gold["conflicts"]) >= 7, "conflicts")
        self.need(set(kinds) >= KINDS, f"kinds without a case: {sorted(KINDS - set(kinds))}")
        words = sum(len(whole(seen[0]).split()) for seen in self.by.values())
        print(f"{self.name}: observations {len(self.rows)}, articles {len(self.by)}, words {words}")
        print(f"  stories {len(self.gold['stories'])}; watched {len(self.main)}, with versions {len(several)}")
        loud = sum(e["meaning"] for e in self.gold["edits"])
        print(f"  edits {len(self.gold['edits'])}, with meaning {loud}: {dict(kinds.most_common())}")
        repeats = len(self.gold["aspect_changes"]) - sum(must.values())
        print(f"  aspect changes {sum(must.values())} required, {repeats} repeats: {dict(must.most_common())}")
        related, lineage = len(self.gold["related_ok"]), len(self.gold["lineage"])
        print(f"  conflicts {len(self.gold['conflicts'])}, related {related}, lineage {lineage}")


def main() -> int:
    faults = [f"{name}: {fault}" for name in sys.argv[1:] or SLUGS for fault in Check(name).run()]
    print("\n".join(faults) or "no faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
