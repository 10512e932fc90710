"""An invented story for the change log's tests: a cracked dam above a town, told by outlets that do not exist, over five days.

Everything in it is made up: places, people's roles, outlets, numbers. It holds what a page must show: a number that moves while
some outlets lag, a conflict, a denial, a withdrawal, corrections with and without a note, copies, a quiet day.
"""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipeline.changelog.views import (
    ArticlePage,
    ChangeLine,
    DayCount,
    FeedTrouble,
    Health,
    IndexPage,
    IndexStory,
    KindCount,
    Look,
    OutletPage,
    PairRow,
    QuietEdit,
    ReportRow,
    RevisionRow,
    Said,
    Site,
    StandingRow,
    StoryPage,
    Voice,
)
from pipeline.model import (
    Aspect,
    Change,
    ChangeKind,
    Edit,
    EditKind,
    Op,
    Outcome,
    QuarantineKind,
    Story,
    Version,
    ident,
)

CASES = Path(__file__).parent / "cases"
OUTLETS = {
    "Meridian Post": "https://meridian.example",
    "Canal Wire": "https://canalwire.example",
    "Harrow News": "https://harrow.example",
    "Aspen Digest": "https://aspen.example",
    "Daily Compass": "https://compass.example",
    "Polder Courier": "https://polder.example",
    "Northmoor Gazette": "https://northmoor.example",
    "Valley Radio": "https://valleyradio.example",
}
STORY = Story(
    story_id=ident("sto", "watched", "aldermere-dam"),
    slug="aldermere-dam",
    title="The crack in the Aldermere dam",
    origin="watched",
    first_seen_at=datetime(2026, 3, 2, 6, 12, tzinfo=UTC),
    last_seen_at=datetime(2026, 3, 6, 17, 50, tzinfo=UTC),
)
AS_OF = datetime(2026, 3, 6, 18, 0, tzinfo=UTC)
ASPECTS = (
    Aspect(name="state of the dam", about="What is known about the crack and the wall."),
    Aspect(name="water release", about="How much water is let out, and until when."),
    Aspect(name="evacuation", about="Who has to leave, who may return."),
    Aspect(name="response from the operator", about="What Brackwater Energy says and does."),
    Aspect(name="inquiry", about="Who investigates, and with what result."),
)


def at(day: int, clock: str) -> datetime:
    """A moment of March 2026."""
    hour, minute = clock.split(":")
    return datetime(2026, 3, day, int(hour), int(minute), tzinfo=UTC)


def article_id(outlet: str, n: int = 1) -> str:
    return ident("art", outlet, n)


def url(outlet: str, n: int = 1) -> str:
    return f"{OUTLETS[outlet]}/2026/03/dam-{n}"


def voice(outlet: str, day: int, clock: str, value: str = "", **more: object) -> Voice:
    return Voice(outlet=outlet, url=url(outlet), seen_at=at(day, clock), article_id=article_id(outlet), value=value, **more)


def line(
    day: int,
    clock: str,
    aspect: int,
    subject: str,
    before: str,
    after: str,
    outlet: str,
    who: str = "",
    kind: str = "changed",
    others: int = 0,
    repeats: int = 0,
    source_kind: str = "person",
    rank: float = 1.0,
    **more: object,
) -> ChangeLine:
    """A line of the log with made-up evidence round its values."""
    change_id = ident("chg", day, clock, aspect, subject, after)
    sentence = f"{who or 'The outlet'} put it at {{}} on the day, in a statement on {subject or ASPECTS[aspect].name}."
    change = Change(
        change_id=change_id,
        aspect=ASPECTS[aspect].name,
        detected_at=at(day, clock),
        url=url(outlet),
        article_id=article_id(outlet),
        version_id=ident("ver", outlet, day, clock),
        kind=ChangeKind(kind),
        subject=subject,
        before=before,
        after=after,
        evidence_before=sentence.format(before) if before else "",
        evidence_after=sentence.format(after) if after else "",
        attributed_to=who,
        reason="The same subject is given another value than the story had until then, by a source that had not spoken on it.",
        claim_id=ident("clm", change_id),
        corroborations=others,
        repeats=repeats,
        rank=rank,
        value_before=before,
        value_after=after,
        before_url=url("Aspen Digest") if before else "",
    )
    words = ()
    if before and after:
        head, tail = sentence.split("{}")
        words = ((0, head), (-1, before), (1, after), (0, tail))
    return ChangeLine(
        change=change,
        outlet=outlet,
        title=f"Dam: {after}",
        seq=2,
        published_at=at(day, clock) - timedelta(minutes=7),
        source_kind=source_kind,
        words=words,
        before_outlet="Aspen Digest" if before else "",
        before_seen_at=at(day, clock) - timedelta(hours=5) if before else None,
        before_article_id=article_id("Aspen Digest") if before else "",
        before_seq=1 if before else 0,
        key=f"{aspect}|{subject}",
        **more,
    )


EXTRAS: dict[tuple[int, str], dict[str, object]] = {
    (2, "09:40"): dict(
        hedge="roughly",
        chain=("Daily Compass", "Canal Wire", "Meridian Post"),
        dissent=(
            voice("Aspen Digest", 2, "08:00", "4 metres", lags=True),
            voice("Daily Compass", 2, "07:55", "4 metres", lags=True, note="silently corrected to 9 at 14:02"),
        ),
    ),
    (2, "18:30"): dict(
        dissent=(voice("Canal Wire", 2, "18:10", "about 1,200", attributed_to="the county", source_kind="institution"),)
    ),
    (3, "05:45"): dict(dissent=(voice("Aspen Digest", 2, "13:00", "60", lags=True),)),
    (3, "11:00"): dict(otherwise="Had the letter spoken of another inspection, the line would have been new."),
    (3, "16:45"): dict(
        dissent=(
            voice(
                "Harrow News",
                3,
                "17:30",
                "staff reported damp",
                attributed_to="a worker who was there",
                source_kind="unnamed official",
                note="stands by its report",
            ),
        )
    ),
    (5, "07:40"): dict(
        dissent=(
            voice(
                "Meridian Post",
                5,
                "08:20",
                "2 millimetres a day",
                attributed_to="people who saw the readings",
                source_kind="unnamed official",
            ),
        )
    ),
    (5, "11:45"): dict(dissent=(voice("Aspen Digest", 4, "09:00", "no such report exists", lags=True),)),
    (5, "12:10"): dict(silent=True),
    (5, "17:15"): dict(silent=True),
    (6, "06:10"): dict(
        dissent=(voice("Aspen Digest", 5, "19:10", "90", lags=True), voice("Northmoor Gazette", 5, "20:10", "90", lags=True))
    ),
    (6, "09:15"): dict(
        corroborated_by=(
            voice("Canal Wire", 6, "09:22", source_kind="institution", attributed_to="the board"),
            voice("Meridian Post", 6, "09:31", source_kind="person", attributed_to="the head's lawyer", seq=3),
        )
    ),
    (6, "12:50"): dict(nearest=voice("Valley Radio", 5, "21:00", sentence="Water was said to have found no way out.")),
    (6, "14:30"): dict(
        dissent=(
            voice(
                "Polder Courier",
                6,
                "15:00",
                "drains were blocked",
                attributed_to="a draft of the report",
                source_kind="document",
            ),
        )
    ),
}


def read_lines() -> tuple[ChangeLine, ...]:
    """The lines of the data file, with what does not fit a table."""
    found = []
    for row in (CASES / "changelog-story.txt").read_text(encoding="utf8").splitlines():
        if row.startswith("#"):
            continue
        day, clock, aspect, subject, before, after, outlet, who, kind, others, repeats, source, rank = row.split(" | ")
        more = EXTRAS.get((int(day), clock), {})
        counts = {"others": int(others), "repeats": int(repeats), "rank": float(rank)}
        where = (int(day), clock, int(aspect), subject, before, after, outlet, who, kind)
        found.append(line(*where, source_kind=source, **counts, **more))
    return tuple(found)


LINES = read_lines()


def standing() -> tuple[StandingRow, ...]:
    """The last line of every subject, in the aspects' order."""
    last = {(x.change.aspect, x.change.subject): x for x in sorted(LINES, key=lambda x: x.change.detected_at)}
    order = [a.name for a in ASPECTS]
    rows = [
        StandingRow(
            aspect=aspect,
            subject=subject,
            now=x.change.after,
            since=x.change.detected_at,
            said_by=Voice(
                outlet=x.outlet,
                url=x.change.url,
                seen_at=x.change.detected_at,
                attributed_to=x.change.attributed_to,
                source_kind=x.source_kind,
            ),
            independent=x.change.corroborations + 1,
            repeats=x.change.repeats,
            contested=x.dissent,
            change_id=x.change.change_id,
        )
        for (aspect, subject), x in last.items()
    ]
    return tuple(sorted(rows, key=lambda r: order.index(r.aspect)))


def said() -> tuple[Said, ...]:
    """Who said what when: the lines themselves, and followers some hours later."""
    found = []
    names = list(OUTLETS)
    for n, x in enumerate(LINES):
        c = x.change
        followers = [names[(n + k) % len(names)] for k in range(1, c.corroborations + 2)]
        for k, outlet in enumerate([x.outlet, *followers]):
            found.append(
                Said(
                    aspect=c.aspect,
                    subject=c.subject,
                    outlet=outlet,
                    article_id=article_id(outlet),
                    url=url(outlet),
                    seen_at=min(c.detected_at + timedelta(hours=3 * k), AS_OF),
                    value=c.after,
                )
            )
    return tuple(found)


EDITS = (
    Edit(
        op=Op.CHANGE,
        kind=EditKind.NUMBER,
        meaningful=True,
        silent=True,
        field="headline",
        before="Engineers measure a 4-metre crack in the Aldermere dam",
        after="Engineers measure a 9-metre crack in the Aldermere dam",
        words=((0, "Engineers measure a "), (-1, "4"), (1, "9"), (0, "-metre crack in the Aldermere dam")),
        reason="A number changed: 4 became 9.",
    ),
    Edit(
        op=Op.CHANGE,
        kind=EditKind.MODALITY,
        meaningful=True,
        silent=True,
        before_paragraph=1,
        after_paragraph=1,
        before="The valley below will be safe, the county said.",
        after="The valley below may be safe, the county said.",
        words=((0, "The valley below "), (-1, "will"), (1, "may"), (0, " be safe, the county said.")),
        reason="A certain statement became a possible one: will, may.",
    ),
    Edit(
        op=Op.REMOVE,
        kind=EditKind.DELETION,
        meaningful=True,
        silent=True,
        before="The operator could not be reached.",
        after="",
        before_paragraph=2,
        words=((-1, "The operator could not be reached."),),
        reason="A sentence about the operator's answer was removed.",
    ),
    Edit(
        op=Op.ADD,
        kind=EditKind.ADDITION,
        meaningful=True,
        before="",
        after="A spokesman of the operator spoke of routine seepage.",
        after_paragraph=2,
        words=((1, "A spokesman of the operator spoke of routine seepage."),),
        reason="A sentence with a new source was added.",
    ),
    Edit(
        op=Op.CHANGE,
        kind=EditKind.COSMETIC,
        meaningful=False,
        before_paragraph=0,
        after_paragraph=0,
        before="Anglers saw it first ,early on Monday.",
        after="Anglers saw it first, early on Monday.",
        words=((0, "Anglers saw it first"), (-1, " ,"), (1, ", "), (0, "early on Monday.")),
        reason="Only punctuation and spacing changed.",
    ),
)
QUIET = tuple(
    QuietEdit(
        edit=edit,
        edit_id=ident("edt", outlet, n),
        outlet=outlet,
        article_id=article_id(outlet),
        url=url(outlet),
        title="Crack in the dam above Aldermere",
        seen_at=when,
        from_seq=1,
        to_seq=2,
        aspect=aspect,
    )
    for n, (edit, outlet, when, aspect) in enumerate(
        (
            (EDITS[0], "Daily Compass", at(2, "14:02"), "state of the dam"),
            (EDITS[1], "Daily Compass", at(2, "14:42"), ""),
            (EDITS[2], "Aspen Digest", at(2, "16:20"), "response from the operator"),
            (EDITS[3], "Aspen Digest", at(3, "11:20"), "response from the operator"),
            (EDITS[1], "Northmoor Gazette", at(5, "08:12"), "evacuation"),
            (EDITS[2], "Harrow News", at(6, "13:30"), ""),
        )
    )
)


TITLES = ("Crack in the dam above Aldermere", "Water let out, Millgate told to go", "Who knew about the damp?")


def reports() -> tuple[ReportRow, ...]:
    """Three reports an outlet; the Digest and the Compass copy the Wire."""
    rows = []
    for k, outlet in enumerate(OUTLETS):
        for n in range(1, 4):
            source = article_id("Canal Wire", n) if outlet in ("Aspen Digest", "Daily Compass") and n < 3 else ""
            rows.append(
                ReportRow(
                    article_id=article_id(outlet, n),
                    outlet=outlet,
                    title=(
                        "Crack in the dam above Aldermere",
                        "Water let out, Millgate told to go",
                        "Who knew about the damp?",
                    )[n - 1],
                    url=url(outlet, n),
                    first_seen_at=at(2, "06:12") + timedelta(hours=30 * (n - 1), minutes=41 * k),
                    versions=1 + (n * k) % 4,
                    copy_of=source,
                    review=k == 5 and n == 3,
                )
            )
    return tuple(rows)


DAYS = tuple(
    DayCount(day=date(2026, 3, d), reports=r, repeats=p, folded_edits=f)
    for d, r, p, f in ((2, 21, 9, 27), (3, 18, 8, 14), (4, 11, 11, 9), (5, 20, 7, 16), (6, 17, 5, 8))
)
PAGE = StoryPage(
    story=STORY,
    as_of=AS_OF,
    aspects=ASPECTS,
    standing=standing(),
    changes=LINES,
    quiet_edits=QUIET,
    reports=reports(),
    said=said(),
    days=DAYS,
)

TEXTS = (
    (
        "Engineers measure a 4-metre crack in the Aldermere dam",
        "Anglers saw it first ,early on Monday.",
        "The valley below will be safe, the county said. Nobody has to leave.",
        "The operator could not be reached. Its head office is in Lowbridge.",
        "The dam was built in 1961.",
        "It holds back the water of two streams.",
    ),
    (
        "Engineers measure a 9-metre crack in the Aldermere dam",
        "Anglers saw it first, early on Monday.",
        "The valley below may be safe, the county said. Nobody has to leave.",
        "A spokesman of the operator spoke of routine seepage. Its head office is in Lowbridge.",
        "The dam was built in 1961.",
        "It holds back the water of two streams.",
    ),
)


def version(seq: int, text: tuple[str, ...], when: datetime) -> Version:
    return Version(
        version_id=ident("ver", "Daily Compass", seq),
        article_id=article_id("Daily Compass"),
        url=url("Daily Compass"),
        outlet="Daily Compass",
        seq=seq,
        seen_at=when,
        headline=text[0],
        text="\n\n".join(text[1:]),
        text_hash=ident("txt", *text),
        byline="By our desk",
        published_at=at(2, "07:50"),
        updated_at=when - timedelta(minutes=3) if seq > 1 else None,
    )


THIRD = (*TEXTS[1][:4], "The dam was built in 1963.", TEXTS[1][5])
FIX = Edit(
    op=Op.CHANGE,
    kind=EditKind.DATE,
    meaningful=True,
    before_paragraph=3,
    after_paragraph=3,
    before="The dam was built in 1961.",
    after="The dam was built in 1963.",
    words=((0, "The dam was built in "), (-1, "1961"), (1, "1963"), (0, ".")),
    reason="A year changed: 1961 became 1963.",
)
ARTICLE = ArticlePage(
    article_id=article_id("Daily Compass"),
    outlet="Daily Compass",
    url=url("Daily Compass"),
    title=TEXTS[1][0],
    first_seen_at=at(2, "07:55"),
    last_seen_at=at(6, "17:40"),
    versions=(version(1, TEXTS[0], at(2, "07:55")), version(2, TEXTS[1], at(2, "14:02")), version(3, THIRD, at(3, "09:05"))),
    revisions=(
        RevisionRow(
            revision_id=ident("rev", 2),
            from_seq=1,
            to_seq=2,
            seen_at=at(2, "14:02"),
            kind=EditKind.NUMBER,
            meaningful=True,
            reason="Numbers, certainty and a source changed, and no note says so.",
            edits=EDITS,
        ),
        RevisionRow(
            revision_id=ident("rev", 3),
            from_seq=2,
            to_seq=3,
            seen_at=at(3, "09:05"),
            kind=EditKind.DATE,
            meaningful=True,
            reason="A year changed.",
            edits=(FIX,),
            flaps=2,
        ),
    ),
    quarantined=(
        Look(seen_at=at(2, "11:00"), kind=QuarantineKind.BOT_WALL, reason="A proof is asked for.", times=3, status=403),
        Look(seen_at=at(4, "04:00"), kind=QuarantineKind.EMPTY, reason="The page has no paragraph.", status=200),
    ),
    pairs=(PairRow(from_seq=1, to_seq=3, reason="A number and a year changed.", edits=(*EDITS, FIX)),),
    status="live",
    stories=(STORY,),
    copy_of=reports()[3],
    copies=reports()[9:11],
)


def outlet_page(outlet: str) -> OutletPage:
    n = list(OUTLETS).index(outlet)
    return OutletPage(
        outlet=outlet,
        articles=40 + 3 * n,
        edited=11 + n,
        revisions=19 + 2 * n,
        meaningful=7 + n,
        silent=6 - n // 2,
        noted=n,
        first_edit_after=timedelta(minutes=34 + 40 * n),
        within_hour=5,
        within_day=10 + n,
        kinds=(
            KindCount(kind=EditKind.NUMBER, edits=6, silent=4),
            KindCount(kind=EditKind.QUOTE, edits=3, silent=1),
            KindCount(kind=EditKind.ADDITION, edits=14),
            KindCount(kind=EditKind.COSMETIC, edits=41),
        ),
        quarantined=4,
        copied=n,
        copied_by=8 - n,
        recent=tuple(q for q in QUIET if q.outlet == outlet),
        as_of=AS_OF,
    )


CALM = Story(
    story_id=ident("sto", "watched", "lowbridge-tram"), slug="lowbridge-tram", title="The Lowbridge tram", origin="watched"
)
INDEX = IndexPage(
    as_of=AS_OF,
    stories=(
        IndexStory(
            story=STORY,
            reports=24,
            outlets=8,
            changes=len(LINES),
            moved=tuple(x for x in LINES if x.change.detected_at > AS_OF - timedelta(days=1)),
            quiet_edits=1,
            repeats=5,
            daily=(10, 10, 0, 11, 9),
        ),
        IndexStory(story=CALM, reports=6, outlets=3, changes=4, repeats=4, daily=(2, 1, 1, 0, 0)),
    ),
    health=Health(
        feeds=12,
        feeds_well=11,
        articles=318,
        versions=402,
        quarantined=17,
        troubles=(
            FeedTrouble(
                url="https://lantern.example/feed.xml",
                outlet="The Lantern",
                outcome=Outcome.RATE_LIMITED,
                reason="asked to wait for 30 minutes",
                since=at(6, "03:10"),
            ),
        ),
    ),
)
SITE = Site(
    index=INDEX,
    stories=(PAGE, StoryPage(story=CALM, as_of=AS_OF)),
    articles=(ARTICLE,),
    outlets=tuple(outlet_page(o) for o in OUTLETS),
    silent=tuple(q for q in QUIET if q.edit.silent),
)


# ---- for the tests of escaping -------------------------------------------------------------------------------------------

SOMEBODY = voice("Harrow News", 6, "07:00", "10 metres", attributed_to="a diver", source_kind="person", note="since withdrawn")
SOMEBODY = replace(SOMEBODY, sentence="A diver put it at 10 metres.", seq=1)
LAGGARD = replace(SOMEBODY, outlet="Aspen Digest", lags=True)
FULL_LINE = replace(  # no field of it is empty
    next(x for x in LINES if x.chain),
    before_article_id=article_id("Daily Compass"),
    dissent=(SOMEBODY, LAGGARD),
    corroborated_by=(SOMEBODY,),
    silent=True,
    otherwise="Had the survey been older, this would be a repetition.",
    nearest=SOMEBODY,
    review="accepted",
    review_note="checked by telephone",
    review_by="Ana Kelso",
    review_id="dec_1",
    value="9 metre",
)
SMALL = Site(  # every kind of thing once, every text filled: quick to render many times
    index=replace(INDEX, stories=(replace(INDEX.stories[0], moved=(FULL_LINE,)),)),
    stories=(
        replace(
            PAGE,
            changes=(FULL_LINE, LINES[0]),
            standing=(replace(standing()[0], contested=(SOMEBODY, LAGGARD), value="9 metres"),),
            quiet_edits=QUIET[:3],
            reports=tuple(replace(r, copy_of="", reason="It names the dam.") for r in reports()[:2]),
            said=said()[:2],
        ),
    ),
    articles=(replace(ARTICLE, stories=(STORY,)),),
    outlets=(outlet_page("Daily Compass"),),
    silent=QUIET[:2],
)


def poison(value: object, text: str, keep: frozenset[str] = frozenset({"url", "before_url"})) -> object:
    """The same view values with `text` in the place of every non-empty text but addresses; ids too, enums not."""
    if type(value) is str:
        return text if value else value
    if isinstance(value, tuple):
        return tuple(poison(v, text, keep) for v in value)
    if is_dataclass(value):
        names = [f.name for f in fields(value) if f.name not in keep]
        return replace(value, **{name: poison(getattr(value, name), text, keep) for name in names})
    return value


def poison_urls(value: object, url: str) -> object:
    """The same view values with one address in the place of every address."""
    if isinstance(value, tuple):
        return tuple(poison_urls(v, url) for v in value)
    if is_dataclass(value):
        names = [f.name for f in fields(value)]
        made = {n: url if n in ("url", "before_url") else poison_urls(getattr(value, n), url) for n in names}
        return replace(value, **made)
    return value
