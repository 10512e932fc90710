"""The files that a person starts from."""

from pathlib import Path

from pipeline.config import FILE_NAME

SETTINGS = """\
# Settings of Writethru. Every line may be left out; these are the defaults. Paths are relative to this file.
db = "writethru.duckdb"
feeds = "feeds.toml"
stories = "stories.toml"
reports = "reports"
# time_zone = "Europe/Kyiv"     # in which `--since yesterday` is meant; what is shown is UTC

[fetch]
# user_agent = "Writethru/0.1 (+https://your.site/contact)"   # tell outlets who you are
per_host_delay = 1.0            # seconds between two requests to one host
total_timeout = 30.0            # seconds for one whole exchange

# [keep]
# backups = "30d"               # dated copies beside the store
# responses = "365d"            # archived responses; for ever if not given. Versions are kept for ever

# [log]
# form = "json"                 # an event a line, on standard error in place of the summary; or "text"
# file = "writethru.log"        # there instead, put aside when it is full

# Who is told of what, over any channel of Apprise: mail, chat, push. The address is a secret: an environment variable holds it.
# [[notify]]
# name = "desk"
# to = "DESK_CHANNEL"           # such as mailtos://user:password@mail.example?to=desk@mail.example
# stories = ["harbour-strike"]  # and aspects, kinds, outlets; everything if not given
# silent_edits = true           # edits that bear meaning and carry no note
# warnings = true               # what `writethru status` warns of
# every = "1d"                  # a digest; at once if not given
"""


def seeds_folder() -> Path:
    """Where the seeds are: inside the installed package, else beside it in a checkout."""
    inside = Path(__file__).parents[1] / "_seeds"
    return inside if inside.is_dir() else Path(__file__).parents[2] / "seeds"


def init(folder: Path) -> list[str]:
    """Write the settings, feeds and stories files; those that exist are left alone. Returns what was done, in words."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {FILE_NAME: SETTINGS}
    texts |= {name: (seeds_folder() / name).read_text(encoding="utf8") for name in ("feeds.toml", "stories.toml")}
    told = []
    for name, text in texts.items():
        path = folder / name
        if path.exists():
            told.append(f"{path} is there already: left alone")
        else:
            path.write_text(text, encoding="utf8")
            told.append(f"{path} written")
    return [*told, "Next: edit feeds.toml and stories.toml, then `writethru run`"]
