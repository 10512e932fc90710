"""Commands by which people correct: stories, lines of the change log, claims. Each writes one row that is never changed."""

import getpass
from typing import Annotated

import typer

from pipeline import journey
from pipeline.cli.options import (
    ConfigOption,
    DbOption,
    JsonOption,
    NowOption,
    QuietOption,
    SinceOption,
    StoryOption,
    UntilOption,
    begin,
    logged,
    moment,
    naive,
)
from pipeline.cli.output import Format, show
from pipeline.journey import Decision

NoteOption = Annotated[str, typer.Option("--note", help="Why, for those who read the decision later.")]
ByOption = Annotated[str | None, typer.Option("--by", help="Who decides; the login name if not given.", show_default=False)]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print the rows.")]
ArticleArgument = Annotated[str, typer.Argument(metavar="ARTICLE", help="Address or id of an article.")]
StoryArgument = Annotated[str, typer.Argument(metavar="STORY", help="Slug or id of a story.")]
SHOWN = {"decisions": 9, "proposals": 6}  # columns of a table; JSON and CSV have all


def add_to(app: typer.Typer) -> None:
    """Register the commands."""
    for command in (pin, unpin, merge, split, rename, apart, review, correct, undo, decisions, proposals):
        app.command()(command)
    app.command()(logged(maintain))


def pin(
    article: ArticleArgument,
    story: StoryArgument,
    note: NoteOption = "",
    by: ByOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Put an article into a story, for ever. It leaves its found story for another found one; watched ones lie over them."""
    wanted = Decision(kind="pin", articles=(article,), story=story, note=note, made_by=_who(by))
    _decide(wanted, config, db, now, quiet, json)


def unpin(
    article: ArticleArgument,
    story: StoryArgument,
    note: NoteOption = "",
    by: ByOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Take an article out of a story and keep it out, for ever."""
    wanted = Decision(kind="unpin", articles=(article,), story=story, note=note, made_by=_who(by))
    _decide(wanted, config, db, now, quiet, json)


def merge(
    story: Annotated[str, typer.Argument(metavar="STORY", help="The story that ends.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The story that goes on with its articles.")],
    note: NoteOption = "",
    by: ByOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Let a found story end in another one, found or watched. Its slug leads there from then on."""
    wanted = Decision(kind="merge", story=story, other=into, note=note, made_by=_who(by))
    _decide(wanted, config, db, now, quiet, json)


def split(
    story: StoryArgument,
    articles: Annotated[list[str], typer.Argument(metavar="ARTICLE...", help="Addresses or ids of the articles that go.")],
    title: Annotated[str, typer.Option("--title", help="Of the new story; a headline of its articles if not given.")] = "",
    note: NoteOption = "",
    by: ByOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Let some articles of a story be a story of their own, which is never merged back by itself."""
    wanted = Decision(kind="split", story=story, articles=tuple(articles), title=title, note=note, made_by=_who(by))
    _decide(wanted, config, db, now, quiet, json)


def rename(
    story: StoryArgument,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="The new title.")],
    note: NoteOption = "",
    by: ByOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Give a story another title. Its slug stays, so that links to it stay good."""
    _decide(Decision(kind="rename", story=story, title=title, note=note, made_by=_who(by)), config, db, now, quiet, json)


def apart(
    story: StoryArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="Slug or id of the other story.")],
    note: NoteOption = "",
    by: ByOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Say that two stories are two: they are never merged by likeness, nor proposed for it."""
    wanted = Decision(kind="apart", story=story, other=other, note=note, made_by=_who(by))
    _decide(wanted, config, db, now, quiet, json)


def review(
    about: Annotated[str, typer.Argument(metavar="ID", help="Id of a line of the change log, or of a proposal.")],
    verdict: Annotated[str, typer.Argument(metavar="VERDICT", help="accept, reject, or watch.")],
    note: NoteOption = "",
    by: ByOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Accept or reject a line of the change log, or mark it to watch; accept or reject a proposed merge."""
    wanted = Decision(kind="review", about=about, value=verdict, note=note, made_by=_who(by))
    _decide(wanted, config, db, now, quiet, json)


def correct(
    about: Annotated[str, typer.Argument(metavar="CLAIM", help="Id of a claim.")],
    value: Annotated[str, typer.Argument(metavar="VALUE", help="What the sentence says: a number with its unit, or a date.")],
    note: NoteOption = "",
    by: ByOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Say what value a claim has. The change log is made again with it."""
    wanted = Decision(kind="correct", about=about, value=value, note=note, made_by=_who(by))
    _decide(wanted, config, db, now, quiet, json)


def undo(
    about: Annotated[str, typer.Argument(metavar="DECISION", help="Id of a decision: see `decisions`.")],
    note: NoteOption = "",
    by: ByOption = None,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """Take a decision back, as if it had never been made. Its row stays, with another one that says so."""
    _decide(Decision(kind="undo", about=about, note=note, made_by=_who(by)), config, db, now, quiet, json)


def decisions(
    story: StoryOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """List what people decided, the latest first."""
    _list("decisions", {"story": story}, since, until, form, config, db, now)


def proposals(
    everything: Annotated[bool, typer.Option("--all", help="Also those that are answered or over.")] = False,
    story: StoryOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    form: FormatOption = Format.TABLE,
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
) -> None:
    """List pairs of stories that look like one. Answer with `review ID accept` or `review ID reject`."""
    _list("proposals", {"story": story, "everything": everything}, since, until, form, config, db, now)


def maintain(
    config: ConfigOption = None,
    db: DbOption = None,
    now: NowOption = None,
    quiet: QuietOption = False,
    json: JsonOption = False,
) -> None:
    """What the schedule runs nightly: look for stories that are one, propose to merge them, and merge those that surely are.

    Archived responses that are older than `[keep] responses` are let go.
    """
    start = begin(config, db, now, quiet, json)
    with start.reporter as progress:
        done = journey.maintain(start.settings, start.now, progress=progress)
    start.tell(done)
    if start.settings.keep.responses is not None:
        start.tell(journey.thin(start.settings, start.now))


def _who(by: str | None) -> str:
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # this system knows no name for the user
        return ""


def _decide(wanted: Decision, config: ConfigOption, db: DbOption, now: NowOption, quiet: bool, json: bool) -> None:
    start = begin(config, db, now, quiet, json)
    with start.reporter as progress:
        done = journey.decide(start.settings, start.now, wanted, progress=progress)
    start.tell(done)


def _list(
    name: str,
    filters: dict[str, object],
    since: str | None,
    until: str | None,
    form: Format,
    config: ConfigOption,
    db: DbOption,
    now: NowOption,
) -> None:
    start = begin(config, db, now)
    zone = start.settings.time_zone
    window = {"since": naive(moment(since, start.now, zone)), "until": naive(moment(until, start.now, zone))}
    rows = journey.listing(start.settings, name, {**filters, **window})
    if form is Format.TABLE:
        n = SHOWN[name]
        rows = type(rows)(columns=rows.columns[:n], types=rows.types[:n], rows=[r[:n] for r in rows.rows])
    show(rows, form, start.out)
