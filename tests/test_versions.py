"""What a look at an article is: a version, the same again, a reversion, or a page that stands in its place."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cases.pages import kit
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.model import (
    Document,
    KnownArticle,
    New,
    Observation,
    Outcome,
    PageSigns,
    Quarantined,
    QuarantineKind,
    Reverted,
    Same,
    Suspect,
    Version,
    ident,
)
from pipeline.text import fingerprint
from pipeline.versions import FEED_EXTRACTOR, decide_version, learn_furniture, phrases, same_source, standing, text_hash

MORNING = datetime(2026, 2, 11, 8, tzinfo=UTC)
PAGE = "page/1"


class Desk:
    """An article as the journey follows it: looks go in, decisions come out, and what is known grows."""

    def __init__(self, document: Document | None = None, furniture: frozenset[str] = frozenset()):
        self.versions: dict[str, Version] = {}
        self.seen: dict[str, str] = {}
        self.headlines: list[str] = []
        self.head: Version | None = None
        self.suspect: Suspect | None = None
        self.furniture = furniture
        self.at = MORNING
        if document:
            assert isinstance(self.look(document), New)

    @property
    def known(self) -> KnownArticle:
        return KnownArticle(
            article_id="art_1",
            head=self.head,
            seen=self.seen,
            headlines=tuple(self.headlines),
            suspect=self.suspect,
            furniture=self.furniture,
        )

    def look(self, document: Document | None, after: timedelta = timedelta(hours=1), rebuilt: Document | None = None, **look):
        self.at += after
        url = kit.url_of("harbour")
        seen = Observation(at=self.at, url=url, seen_url=url, outlet="Orvane Post", document=document, **look)
        decision = decide_version(seen, self.known, rebuilt=rebuilt)
        assert decision.reason
        self._remember(decision, document)
        return decision

    def _remember(self, decision, document):
        if isinstance(decision, Quarantined):
            again = self.suspect is not None and self.suspect.text_hash == decision.text_hash
            first, times = (self.suspect.first_at, self.suspect.times + 1) if again else (self.at, 1)
            self.suspect = Suspect(kind=decision.kind, text_hash=decision.text_hash, first_at=first, times=times)
            return
        self.suspect = None
        if isinstance(decision, New):
            self.head = _version(standing(document, self.known), decision.text_hash, self.at)
            self.versions[self.head.version_id], self.seen[decision.text_hash] = self.head, self.head.version_id
        elif isinstance(decision, Reverted):
            self.head = self.versions[decision.version_id]
        self.headlines.append(self.head.headline)


def _version(document: Document, text_hash: str, at: datetime) -> Version:
    return Version(
        version_id=ident("ver", text_hash),
        article_id="art_1",
        url=kit.url_of("harbour"),
        outlet="Orvane Post",
        seq=1,
        seen_at=at,
        headline=document.headline,
        text="\n\n".join(document.paragraphs),
        text_hash=text_hash,
        byline=document.byline,
        published_at=document.published_at,
        extractor=document.extractor,
    )


def article(name: str = "harbour", **changes) -> Document:
    given = kit.ARTICLES[name]
    base = Document(
        headline=given["headline"],
        paragraphs=kit.paragraphs(given),
        byline=given["byline"],
        published_at=MORNING,
        extractor=PAGE,
    )
    return replace(base, **changes)


# ---- same, new, reverted -------------------------------------------------------------------------------------------------


def test_the_first_text_is_new_and_the_same_text_is_the_same():
    """A look that shows what stands writes nothing."""
    desk = Desk(article())
    assert isinstance(desk.look(article()), Same)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("1,850 of the 2,300", "1,580 of the 2,300"),
        ("not</em>", "not</em>"),
        ("$4.5 million", "$45 million"),
        ("41 ships", "14 ships"),
        ("has offered", "had offered"),
        ("No deal.", "Deal."),
    ],
)
def test_one_changed_word_or_figure_is_a_new_version(before, after):
    """However small it is next to the text."""
    text = article()
    changed = replace(text, paragraphs=tuple(p.replace(before, after) for p in text.paragraphs))
    decision = Desk(text).look(changed)
    assert isinstance(decision, Same if changed == text else New)


def test_typography_dates_and_paragraph_breaks_make_no_version():
    """Quotation mark styles, white space, the outlet's time stamps and the summary are not compared."""
    text = article()
    restyled = replace(
        text,
        headline=text.headline.replace("'", "’"),
        paragraphs=(
            " ".join(text.paragraphs[:2]),
            *(p.replace("“", '"').replace(" ", "\u00a0", 1) for p in text.paragraphs[2:]),
        ),
        published_at=MORNING + timedelta(hours=3),
        updated_at=MORNING + timedelta(hours=9),
        summary="Another summary",
    )
    assert isinstance(Desk(text).look(restyled), Same)


def test_a_time_stamp_inside_the_body_is_text():
    """What stands in the article is kept; whether it means anything is not decided here."""
    text = article("bulletin")
    later = replace(text, paragraphs=tuple(p.replace("05:20", "06:50") for p in text.paragraphs))
    assert isinstance(Desk(text).look(later), New)


def test_a_changed_byline_is_a_version_and_a_hidden_one_is_not():
    """The names count, not the word before them, and a page that shows no byline says nothing about it."""
    desk = Desk(article(byline="By Lena Marsk"))
    assert isinstance(desk.look(article(byline="LENA MARSK")), Same)
    assert isinstance(desk.look(article(byline=None)), Same)
    assert isinstance(desk.look(article(byline="Lena Marsk and Aron Pell")), New)
    assert isinstance(desk.look(article(byline="Lena Marsk")), Reverted)


def test_a_text_that_stood_before_is_a_reversion_to_its_version():
    """The version is named, and a later true edit is new."""
    first, second = article(), article(paragraphs=(*article().paragraphs, "Talks go on."))
    desk = Desk(first)
    start = desk.head.version_id
    assert isinstance(desk.look(second), New)
    back = desk.look(first)
    assert isinstance(back, Reverted) and back.version_id == start
    assert isinstance(desk.look(article(headline="Orvane port to reopen")), New)


def test_fifty_flaps_with_one_edit_give_exactly_that_edit():
    """Two texts that alternate fold into two versions and never hide the third."""
    one, two = article(), article(paragraphs=article().paragraphs[:-1])
    edited = replace(two, paragraphs=(*two.paragraphs[:-1], "The strike is over."))
    desk = Desk(one)
    decisions = [desk.look(text) for text in [two, one] * 12 + [edited] + [one, two] * 13]
    assert [type(d) for d in decisions].count(New) == 2
    assert isinstance(decisions[24], New)


def test_a_headline_that_goes_to_and_fro_while_the_body_moves_on_makes_no_version():
    """A tested headline pairs with every body; only the body's edit is one."""
    a, b = "Port of Orvane shut for third day", "Dockers keep Orvane shut"
    longer = (*article().paragraphs, "The mayor spoke to both sides on Wednesday night.")
    desk = Desk(article(headline=a))
    assert isinstance(desk.look(article(headline=b)), New)
    assert isinstance(desk.look(article(headline=b, paragraphs=longer)), New)
    assert isinstance(desk.look(article(headline=a, paragraphs=longer)), Same)
    assert isinstance(desk.look(article(headline=b, paragraphs=longer)), Same)
    assert isinstance(desk.look(article(headline=a)), Reverted)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3)), min_size=1, max_size=25))
def test_every_part_is_new_once_and_never_again(states):
    """Over any sequence, a look is New exactly when its headline or its body was not seen before."""
    desk, headlines, bodies = Desk(), set(), set()
    for headline, body in states:
        text = article(
            headline=f"Headline number {headline}", paragraphs=(*article().paragraphs, f"Line {body} of the day."), byline=None
        )
        fresh = headline not in headlines or body not in bodies
        assert isinstance(desk.look(text), New) == fresh
        assert desk.head.text.endswith(f"Line {body} of the day."), "the body that stands is always the body seen"
        headlines.add(headline)
        bodies.add(body)


# ---- sources -------------------------------------------------------------------------------------------------------------


def test_a_new_extractor_is_not_an_edit():
    """The archived page read again by the new extractor shows that only the reading differs."""
    old = article(paragraphs=article().paragraphs[:-1], extractor="page/0")
    desk = Desk(old)
    assert isinstance(desk.look(article(), rebuilt=article()), Same)
    changed = article(paragraphs=(*article().paragraphs, "One more line."))
    decision = desk.look(changed, rebuilt=article())
    assert isinstance(decision, New) and "page/0" in decision.reason
    assert not same_source(article(extractor="page/0"), article())


def test_a_feed_item_gives_a_first_text_and_the_page_the_full_one():
    """Before the page is seen the summary is the text; afterwards an item changes only the headline."""
    item = Document(headline=article().headline, paragraphs=(), summary="Dockers stopped work.", extractor=FEED_EXTRACTOR)
    desk = Desk(item)
    assert desk.head.text == "Dockers stopped work."
    assert isinstance(desk.look(article()), New)
    assert isinstance(desk.look(item), Same)
    renamed = replace(item, headline="Orvane: dockers vote to go back")
    assert isinstance(desk.look(renamed), New)
    assert desk.head.text == "\n\n".join(article().paragraphs)


# ---- furniture -----------------------------------------------------------------------------------------------------------


def test_background_that_recurs_is_never_furniture():
    """A sentence that a newsroom repeats on purpose is text: its coming and going is an edit."""
    background = "Orvane is the country's second largest port and handles 40 percent of its trade."
    desk = Desk(article(), learn_furniture({fingerprint(background): 40}))
    assert isinstance(desk.look(article(paragraphs=(*article().paragraphs, background))), New)


def test_what_stands_in_two_articles_only_is_not_furniture():
    """Three different articles of the outlet must have it."""
    teaser, other = fingerprint("Most read: Five gadgets"), fingerprint("Weather: Storm over Osk")
    assert learn_furniture({teaser: 3, other: 2}) == {teaser}


def test_a_change_of_nothing_but_furniture_is_the_same():
    """A rotating teaser makes no version; an edit beside it does."""
    one, two = "Most read: Five gadgets", "Most read: Cup final tickets"
    desk = Desk(article(paragraphs=(*article().paragraphs, one)), frozenset({fingerprint(one), fingerprint(two)}))
    assert isinstance(desk.look(article(paragraphs=(*article().paragraphs, two))), Same)
    assert isinstance(desk.look(article(paragraphs=article().paragraphs)), Same)
    edited = ("The strike is over.", *article().paragraphs[1:], two)
    assert isinstance(desk.look(article(paragraphs=edited)), New)


def test_a_page_of_nothing_but_furniture_is_not_the_article():
    """What this outlet's other pages show as well is no text."""
    notice = "Our service is being improved, thank you for your patience"
    desk = Desk(article(), frozenset({fingerprint(notice)}))
    assert isinstance(desk.look(article(paragraphs=(notice,))), Quarantined)


# ---- pages in the article's place ----------------------------------------------------------------------------------------


def stub(case: dict, of: Document) -> Document:
    """The stub as a document: the lead of the article, if it shows one, then its own lines."""
    lead = list(of.paragraphs[: case.get("lead", 0)])
    if case.get("cut"):
        lead[-1] = lead[-1][:90].rsplit(" ", 1)[0] + "..."
    signs = PageSigns(
        page_title=case.get("title", of.headline),
        paywall_declared=case.get("declared", False),
        challenge=case.get("challenge", False),
    )
    return Document(
        headline=case.get("title", of.headline),
        paragraphs=(*lead, *case["paragraphs"]),
        byline=of.byline if lead else None,
        published_at=of.published_at if lead else None,
        extractor=PAGE,
        signs=signs,
    )


STUBS = [("stubs", i, case) for i, case in enumerate(kit.load("stubs", "stub"))]
STUBS += [("stubs_held_out", i, case) for i, case in enumerate(kit.load("stubs_held_out", "stub"))]


@pytest.mark.parametrize("name", ["harbour", "inquiry", "live", "bulletin"])
@pytest.mark.parametrize("case", [c for _, _, c in STUBS], ids=[f"{f}-{i}-{c['kind']}" for f, i, c in STUBS])
def test_no_stub_is_a_version(case, name):
    """Neither of a known article nor of a new one, and its kind is told."""
    text = article(name)
    final_url = kit.HOST + "/" if case.get("home") else None
    for desk, then in ((Desk(text), Same), (Desk(), New)):
        decision = desk.look(stub(case, text), status=case["status"], final_url=final_url)
        assert isinstance(decision, Quarantined), decision
        assert decision.kind in [case["kind"], *case.get("also", [])], decision
        assert isinstance(desk.look(text), then)


@pytest.mark.parametrize("case", kit.load("other", "article"), ids=lambda c: c["headline"])
def test_articles_about_walls_are_articles(case):
    """News of captchas, cookies, subscriptions and missing pages is news, first or as the rewrite of something else."""
    text = Document(
        headline=case["headline"],
        paragraphs=tuple(case["paragraphs"]),
        byline="Lena Marsk",
        published_at=MORNING,
        extractor=PAGE,
    )
    assert isinstance(Desk().look(text), New)
    assert isinstance(Desk(article()).look(replace(text, headline=article().headline)), New)
    assert isinstance(Desk(article("brief")).look(text), New)


def _rewrites():
    """Large true edits: pairs of texts, named by what the desk did."""
    names = list(kit.ARTICLES)
    for name in names:
        text = article(name)
        lines = text.paragraphs
        for part in (4, 3, 2):
            keep = max(1, len(lines) // part)
            yield f"{name}: cut to its first 1/{part}", text, replace(text, paragraphs=lines[:keep])
            yield f"{name}: cut to its last 1/{part}", text, replace(text, paragraphs=lines[-keep:])
        yield (
            f"{name}: started afresh",
            text,
            replace(text, paragraphs=("This page is now about the talks of Friday.", "They begin at ten.")),
        )
        yield (
            f"{name}: closed",
            text,
            replace(text, paragraphs=("This live page is closed.", f"Read what happened: {lines[0]}")),
        )
        yield f"{name}: grown", replace(text, paragraphs=lines[:1]), text
        yield f"{name}: turned round", text, replace(text, paragraphs=lines[::-1])
        for other in names:
            if other != name:
                yield f"{name}: replaced by {other}", text, replace(article(other), byline=text.byline)
                yield f"{name}: body replaced by {other}", text, replace(text, paragraphs=article(other).paragraphs)


REWRITES = list(_rewrites())


def test_there_are_enough_rewrites_and_stubs():
    """At least fifty of each, or the two promises below and above would say little."""
    assert len(REWRITES) >= 50 and len(STUBS) >= 50


@pytest.mark.parametrize(("before", "after"), [r[1:] for r in REWRITES], ids=[r[0] for r in REWRITES])
def test_no_rewrite_is_suppressed(before, after):
    """However much of a text goes or comes, it is an edit if it reads like an article."""
    assert isinstance(Desk(before).look(after), Same if after.paragraphs == before.paragraphs else New)


@pytest.mark.parametrize(
    ("look", "kind"),
    [
        ({"status": 404}, "gone"),
        ({"status": 410, "outcome": Outcome.GONE}, "gone"),
        ({"status": 403, "outcome": Outcome.DENIED}, "blocked"),
        ({"status": 402, "outcome": Outcome.DENIED}, "paywall"),
        ({"status": 200, "outcome": Outcome.ROBOTS}, "blocked"),
        ({"status": 200, "outcome": Outcome.EMPTY}, "empty"),
        ({"status": 503, "outcome": Outcome.SERVER_ERROR}, "blocked"),
        ({"status": 200, "outcome": Outcome.TRUNCATED}, "blocked"),
        ({"status": 200}, "empty"),
    ],
)
def test_an_answer_without_a_page_is_never_an_edit(look, kind):
    """Each has its kind, and the article stands as it stood."""
    desk = Desk(article())
    decision = desk.look(None, **look)
    assert isinstance(decision, Quarantined) and decision.kind == kind
    assert isinstance(desk.look(article()), Same)


def test_an_unmodified_page_is_the_same():
    """A 304 carries no page and needs none."""
    assert isinstance(Desk(article()).look(None, status=304, outcome=Outcome.NOT_MODIFIED), Same)


def test_a_redirect_to_a_log_in_page_is_not_the_article():
    """Even if its words are unknown."""
    text = Document(
        headline="Orvane Post account", paragraphs=("Welcome back, please give us your details first.",), extractor=PAGE
    )
    decision = Desk(article()).look(text, final_url=kit.HOST + "/account/login")
    assert isinstance(decision, Quarantined) and decision.kind == QuarantineKind.PAYWALL


ODD = Document(
    headline="Quantum yoga",
    paragraphs=("Breathe slowly; imagine purple triangles dancing beside seventeen calm llamas.",) * 4,
    extractor=PAGE,
    signs=PageSigns(noindex=True),
)


def test_an_alien_text_is_believed_once_it_persists():
    """Three equal looks over six hours; not three in one hour."""
    desk = Desk(article())
    assert isinstance(desk.look(ODD), Quarantined)
    assert isinstance(desk.look(ODD), Quarantined)
    assert isinstance(desk.look(ODD), Quarantined)
    decision = desk.look(ODD, after=timedelta(hours=6))
    assert isinstance(decision, New) and "3 equal looks" in decision.reason


def test_a_wall_is_never_believed_however_long_it_stands():
    """Persistence makes no article of a captcha."""
    wall = stub(kit.load("stubs", "stub")[2], article())
    desk = Desk(article())
    assert all(isinstance(desk.look(wall, after=timedelta(days=1)), Quarantined) for _ in range(9))


def test_the_hash_knows_headline_body_and_byline_apart():
    """So that one part can be recognised beside another."""
    first, second = text_hash(article()).split("-"), text_hash(article(headline="Another")).split("-")
    assert first[0] != second[0] and first[1:] == second[1:]


@pytest.mark.parametrize("index", [phrases._notices(), phrases._titles()], ids=["notices", "titles"])
def test_every_pattern_is_found_by_the_words_that_it_needs(index):
    """An index of words passes patterns over: whatever alternatives a text is made of, none that holds is missed."""
    rng = random.Random(3)
    entries = [*index.always, *((family, pattern) for family, pattern, _ in index.patterns.values())]
    for _, pattern in entries * 5:
        said = [rng.choice(part.alternatives) for part in pattern.parts if not part.negated]
        form = phrases.plain(" then ".join(a + rng.choice(("", "s", "ing")) if not a.endswith(" ") else a for a in said))
        holding = [p for _, p in entries if p.holds(form)]
        assert holding and [p for p in (p for _, p in index.possible(form)) if p.holds(form)] == holding
