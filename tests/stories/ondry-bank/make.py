"""Builds observations.jsonl and gold.json of a golden story from copy.txt and others.txt: python make.py [FOLDER...]

Everything is invented. Each label is made by the operation that makes the edit, and aspect changes are computed from claims
marked in the prose, so text and labels cannot drift apart. Lines of a source:

    outlet NAME | URL PATTERN | FEED | FLAGS       FLAGS: undated = the outlet never shows when it updated
    story SLUG                                     the articles that follow belong to this story
    == KEY | OUTLET | TIME | HEADLINE              an article, first seen at TIME (UTC); its paragraphs follow, one a line
    @by NAME   @related   @from KEY | A > B > C    byline; touches the watched story; what an aggregator rewrites
    @copy KEY [N] [bare]                           the paragraphs (or the first N) of another article as it stood at TIME; bare = no dateline
    -- TIME [silent]                               the next version; silent = `updated` is not bumped. Without operations: no change
    ~ KIND: before => after                        words replaced in the one place where they stand
    ^ KIND: new headline      + KIND INDEX: new paragraph before INDEX (-1 = end)      - KIND: beginning of a paragraph that goes
    > FROM TO: beginning of a paragraph            moved (index FROM to index TO)
    ?? TIME | PAGE | TEXT                          a bot wall, paywall, empty or missing page in the article's place
    !! ASPECT | TIME | KEY: words | KEY: words | NOTE     two statements that stand against each other at TIME

An operation may end in ` ## note`. A claim is `[aspect@subject=value|the words]`; a value may end in ` #denial` or ` #withdrawal`, which
becomes the note of its change. The rules are those of the earthquake corpus: a value that no report gave before is a change; moving
to a known value is a `repeat`, unless the same version carries a correction note.
"""

import json
import re
import sys
import tomllib
import zlib
from datetime import datetime, timedelta
from pathlib import Path

MARK = re.compile(r"\[([\w ]+?)(?:@([\w ]+))?=([^|\]]+)\|([^\]]+)\]")
QUIET = {"cosmetic", "move", "flap"}
PAGES = {"bot_wall", "paywall", "empty", "gone"}
KINDS = PAGES | QUIET | set("number date negation modality quote attribution name correction headline addition deletion".split())


def visible(text):
    return MARK.sub(lambda m: m[4], text)


def claims(texts):
    for text in texts:
        for m in MARK.finditer(text):
            value, _, tag = m[3].partition(" #")
            yield m[1], m[2] or "", value.strip(), m[4], tag


def moment(text):
    day, clock = text.split()
    return f"{day}T{clock}:00Z"


def earlier(at, key):
    """A few minutes before `at`: pages are seen after they are published."""
    t = datetime.fromisoformat(at[:-1]) - timedelta(minutes=3 + zlib.crc32((key + at).encode()) % 11)
    return t.strftime("%Y-%m-%dT%H:%M:%SZ")


class Maker:
    def __init__(self, slug):
        self.slug, self.story, self.outlets, self.articles = slug, slug, {}, {}
        self.rows, self.edits, self.conflicts, self.lineage, self.no_change = [], [], [], [], []
        self.stories, self.related, self.now, self.editing = {}, [], None, False

    def read(self, source):
        for line in source.splitlines():
            line = line.strip()
            if line and not line.startswith("#"):
                try:
                    self.line(line)
                except Exception as error:
                    sys.exit(f"{self.slug}: {line!r}: {error!r}")
        self.emit()

    def line(self, line):
        now = self.now
        if line.startswith("outlet "):
            name, pattern, feed, flags = (p.strip() for p in line[7:].split("|"))
            self.outlets[name] = (pattern, feed, flags)
        elif line.startswith("story "):
            self.emit()
            self.story = line[6:].strip()
        elif line.startswith("== "):
            self.start(*(p.strip() for p in line[3:].split("|", 3)))
        elif line.startswith("@by "):
            now["byline"] = line[4:]
        elif line == "@related":
            self.related.append(now["url"])
        elif line.startswith("@from "):
            key, chain = (p.strip() for p in line[6:].split("|"))
            source = self.articles[key]["url"] if key != "-" else None
            self.lineage.append(dict(url=now["url"], source_url=source, chain=[c.strip() for c in chain.split(">")]))
        elif line.startswith("@copy "):
            _, key, *n = line.split()
            texts = [t for at, t in self.articles[key]["states"] if at <= now["at"]][-1]
            texts = texts[1 : 1 + int(n[0])] if n else texts[1:]
            if "bare" in n:
                texts[0] = re.sub(r"^[A-Z ]+, \w+ \d+ \([A-Z]\w+\) - ", "", texts[0])
            now["texts"] += texts
        elif line.startswith("-- "):
            self.emit()
            at = line[3:].replace("silent", "").strip()
            now.update(at=moment(at), corrected=False, silent="silent" in line, step=[])
            self.editing = True
        elif line.startswith("?? "):
            self.emit()
            self.page(*(p.strip() for p in line[3:].split("|")))
        elif line.startswith("!! "):
            aspect, at, left, right, note = (p.strip() for p in line[3:].split("|"))
            sides = {}
            for side, text in (("a", left), ("b", right)):
                key, _, words = text.partition(": ")
                sides[side] = dict(url=self.articles[key]["url"], text=words)
            self.conflicts.append(dict(aspect=aspect, at=moment(at), **sides, note=note))
        elif self.editing and re.match(r"[~^+>-] ", line):
            self.operate(line[0], line[2:])
        else:
            assert not self.editing, "prose inside a later version"
            now["texts"].append(line)

    def start(self, key, outlet, at, headline):
        self.emit()
        assert key not in self.articles, "key used twice"
        self.editing = False
        pattern, feed, flags = self.outlets[outlet]
        slug = "-".join(re.findall(r"[a-z0-9]+", visible(headline).lower().replace("'", ""))[:6])
        y, m, d = at[:10].split("-")
        number = 41000 + zlib.crc32(f"{self.slug}{key}".encode()) % 9000
        url = "https://" + pattern.format(y=y, m=m, d=d, slug=slug, n=number)
        at = moment(at)
        self.now = self.articles[key] = dict(
            key=key, outlet=outlet, feed=feed, undated="undated" in flags, url=url, at=at, first=earlier(at, key), updated=None,
            texts=[headline], states=[], seen=[], pending=None, byline=None, corrected=False, silent=False, step=[], story=self.story,
        )
        self.stories.setdefault(self.story, []).append(url)

    def row(self, article, at, title, paragraphs, status=200, byline=None):
        return dict(
            at=at, outlet=article["outlet"], feed=article["feed"], url=article["url"], guid=f"{article['feed']}:{article['url'][8:]}",
            title=title, published=article["first"], updated=article["updated"], byline=byline,
            summary=article["summary"], paragraphs=paragraphs, status=status,
        )

    def emit(self):
        a = self.now
        if a is None or not a["at"]:
            return
        title, *paragraphs = (visible(t) for t in a["texts"])
        if a["states"]:
            if a["step"]:
                if not (a["undated"] or a["silent"]):
                    a["updated"] = earlier(a["at"], a["key"])
            elif not a["pending"]:
                self.no_change.append(dict(url=a["url"], from_at=a["states"][-1][0], to_at=a["at"]))
        else:
            first = paragraphs[0]
            a["summary"] = first if len(first) < 230 else first[:225].rsplit(" ", 1)[0] + "..."
        if a["pending"]:
            kind, text = a["pending"]
            self.edits.append(
                dict(url=a["url"], from_at=a["seen"][-1], to_at=a["at"], kind=kind, meaning=False, before=text, after=paragraphs[0], where="page", note="article text comes back")
            )
            a["pending"] = None
        self.rows.append((self.row(a, a["at"], title, paragraphs, byline=a["byline"]), list(claims(a["texts"])), a["corrected"], a["story"]))
        a["states"].append((a["at"], list(a["texts"])))
        a["seen"].append(a["at"])
        a["at"] = ""

    def page(self, at, kind, text):
        a, at = self.now, moment(at)
        title, *paragraphs = (visible(t) for t in a["texts"])
        assert kind in PAGES
        shown = [] if kind == "empty" else [paragraphs[0][:120].rsplit(" ", 1)[0] + "...", text] if kind == "paywall" else [text]
        status = {"bot_wall": 403, "gone": 404}.get(kind, 200)
        title = {"bot_wall": "Just a moment...", "gone": "Page not found"}.get(kind, title)
        self.rows.append((self.row(a, at, title, shown, status, a["byline"] if kind == "paywall" else None), [], False, "-"))
        self.edits.append(
            dict(url=a["url"], from_at=a["seen"][-1], to_at=at, kind=kind, meaning=False, before=paragraphs[0], after=text if kind != "empty" else "", where="page", note="transient page replaces the article")
        )
        a["pending"] = (kind, text if kind != "empty" else "")
        a["seen"].append(at)

    def operate(self, sign, rest):
        rest, _, note = rest.partition(" ## ")
        head, _, text = rest.partition(": ")
        kind, _, index = head.partition(" ")
        texts, place, before, after, more = self.now["texts"], "body", "", "", {}
        if sign == ">":
            kind, source, target = "move", int(kind), int(index)
            moved = texts.pop(source + 1)
            assert visible(moved).startswith(text), "another paragraph stands there"
            texts.insert(target + 1, moved)
            before = after = visible(moved)
            more = dict(from_para=source, to_para=target)
        elif sign == "~":
            before, after = text.split(" => ")
            hits = [i for i, t in enumerate(texts) if visible(t).count(before) == 1]
            assert len(hits) == 1, f"stands in {len(hits)} places"
            i = hits[0]
            texts[i], place = self.replaced(texts[i], before, after), "title" if i == 0 else "body"
            more = {} if i == 0 else dict(from_para=i - 1, to_para=i - 1)
        elif sign == "^":
            before, after, texts[0], place = visible(texts[0]), text, text, "title"
        elif sign == "+":
            after, i = text, len(texts) if index == "-1" else int(index) + 1
            texts.insert(i, text)
            more = dict(to_para=i - 1)
        else:
            hits = [i for i, t in enumerate(texts) if i and visible(t).startswith(text)]
            assert len(hits) == 1, f"stands in {len(hits)} places"
            before = visible(texts.pop(hits[0]))
            more = dict(from_para=hits[0] - 1)
        assert kind in KINDS, kind
        self.now["corrected"] |= kind == "correction"
        self.now["step"].append(kind)
        edit = dict(url=self.now["url"], from_at=self.now["states"][-1][0], to_at=self.now["at"], kind=kind, meaning=kind not in QUIET)
        edit |= dict(before=visible(before), after=visible(after), where=place, **more)
        self.edits.append(edit | ({"note": note} if note else {}))

    @staticmethod
    def replaced(text, before, after):
        """The words replaced in a marked text; a mark that they touch is dropped, so `after` carries the new one."""
        plain, spans, last = "", [], 0
        for m in MARK.finditer(text):
            plain += text[last : m.start()]
            spans.append((len(plain), len(plain) + len(m[4]), m[0]))
            plain, last = plain + m[4], m.end()
        plain += text[last:]
        start = plain.index(before)
        end = start + len(before)
        kept, inside = [], None
        for s, e, mark in spans:
            if e <= start or s >= end:
                kept.append((s, e, mark))
            elif s <= start and e >= end and not MARK.search(after):  # an edit inside a claim that does not touch its value keeps the claim
                head = mark[: mark.index("|") + 1]
                inside = (s, e, head + plain[s:start] + after + plain[end:e] + "]")
        out, pos = "", 0
        for s, e, piece in sorted([*kept, inside or (start, end, after)]):
            out, pos = out + plain[pos:s] + piece, e
        return out + plain[pos:]

    def aspect_changes(self):
        said, latest, mine, found = {}, {}, {}, []
        for row, marked, corrected, story in sorted(self.rows, key=lambda r: (r[0]["at"], r[0]["url"])):
            if story != self.slug:
                continue
            now = {}
            for aspect, subject, value, text, tag in marked:
                now.setdefault((aspect, subject), {}).setdefault(value, (text, tag))
            for key, values in now.items():
                before, known = mine.get((row["url"], key), {}), said.setdefault(key, set())
                gone = [text for value, (text, _) in before.items() if value not in values]
                for value, (text, tag) in values.items():
                    moved = bool(before) and value not in before
                    if value not in known or moved:
                        old = gone[0] if gone else latest.get(key, "")
                        again = value in known and not corrected
                        note = "catches up" if again else "correction" if corrected and moved else tag or ("new value" if old else "first value")
                        change = dict(aspect=key[0], subject=key[1], at=row["at"], url=row["url"], before=old, after=text, note=note)
                        found.append(change | ({"repeat": True} if again else {}))
                    if value not in before:
                        latest[key] = text
                    known.add(value)
                mine[row["url"], key] = values
        return found

    def gold(self):
        edits = sorted(self.edits, key=lambda e: (e["to_at"], e["url"]))
        return dict(
            stories=self.stories, related_ok=self.related, edits=edits, aspect_changes=self.aspect_changes(),
            conflicts=sorted(self.conflicts, key=lambda c: c["at"]), lineage=self.lineage, no_change=self.no_change,
        )


def check(folder, rows, gold):
    """What must hold of any labelled story; returns the failures."""
    bad, by = [], {}
    watch = tomllib.loads((folder / "stories.toml").read_text(encoding="utf8"))["story"][0]
    names = {a["name"] for a in watch["aspect"]}
    for r in rows:
        by.setdefault(r["url"], []).append(r)
        if not (r["published"] <= (r["updated"] or r["at"]) <= r["at"]):
            bad.append(f"times of {r['url']} {r['at']}")

    def text(r, where="all"):
        return "\n".join([r["title"]] if where == "title" else r["paragraphs"] if where == "body" else [r["title"], *r["paragraphs"]])

    for url, seen in by.items():
        if [r["at"] for r in seen] != sorted({r["at"] for r in seen}):
            bad.append(f"versions out of order {url}")
    steps = {}
    for e in gold["edits"]:
        a, b = (next(r for r in by[e["url"]] if r["at"] == e[t]) for t in ("from_at", "to_at"))
        old, new = text(a, e["where"]), text(b, e["where"])
        tag = f"{e['to_at']} {e['before'][:60]!r} => {e['after'][:60]!r}"
        if e["before"] not in old or e["after"] not in new:
            bad.append(f"words not there: {tag}")
        if e["kind"] not in {"move", "flap"} | PAGES:
            if e["before"] and e["before"] in new and e["before"] not in e["after"]:
                bad.append(f"before is still there: {tag}")
            if e["after"] and e["after"] in old and e["after"] not in e["before"]:
                bad.append(f"after was there before: {tag}")
        steps.setdefault((e["url"], e["from_at"], e["to_at"]), []).append(e)
    for (url, start, end), labels in steps.items():
        a, b = (next(r for r in by[url] if r["at"] == t) for t in (start, end))
        for p in set(b["paragraphs"]) ^ set(a["paragraphs"]):
            if not any((e["after"] and e["after"] in p) or (e["before"] and e["before"] in p) or e["where"] == "page" for e in labels):
                bad.append(f"paragraph without label {end} {p[:60]!r}")
    order = [r["at"] for r in rows]
    if order != sorted(order):
        bad.append("observations out of order")
    for c in gold["aspect_changes"]:
        r = next(r for r in by[c["url"]] if r["at"] == c["at"])
        if c["aspect"] not in names or c["after"] not in text(r):
            bad.append(f"change: {c}")
        if c["before"] and not any(c["before"] in text(o) for o in rows if o["at"] <= c["at"]):
            bad.append(f"before not said: {c}")
        if c["before"] == c["after"]:
            bad.append(f"nothing changed: {c}")
    for c in gold["conflicts"]:
        for side in "ab":
            seen = [r for r in by[c[side]["url"]] if r["at"] <= c["at"]]
            if c["aspect"] not in names or not seen or c[side]["text"] not in text(seen[-1]):
                bad.append(f"conflict: {c['at']} {c[side]['text']!r}")
    return bad


def main(folders):
    for folder in folders or [Path(__file__).parent]:
        maker = Maker(folder.name)
        maker.read((folder / "copy.txt").read_text(encoding="utf8"))
        maker.read((folder / "others.txt").read_text(encoding="utf8"))
        rows = [r for r, *_ in sorted(maker.rows, key=lambda r: (r[0]["at"], r[0]["url"]))]
        gold = maker.gold()
        for failure in check(folder, rows, gold):
            print("BAD", failure)
        (folder / "observations.jsonl").write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), encoding="utf8")
        (folder / "gold.json").write_text(json.dumps(gold, ensure_ascii=False, indent=1) + "\n", encoding="utf8")
        count = {}
        for c in gold["aspect_changes"]:
            count[c["note"]] = count.get(c["note"], 0) + 1
        kinds = {}
        for e in gold["edits"]:
            kinds[e["kind"]] = kinds.get(e["kind"], 0) + 1
        print(folder.name, {k: len(v) for k, v in gold["stories"].items()}, len(rows), "observations;", kinds, count, len(gold["conflicts"]), "conflicts")
        if "--list" in sys.argv:
            for c in gold["aspect_changes"]:
                print(c["at"][5:16], c["aspect"], "|", c["subject"], "|", c["before"][:60], "->", c["after"][:110], f"({c['note']})")


if __name__ == "__main__":
    main([Path(a).resolve() for a in sys.argv[1:] if not a.startswith("--")])
