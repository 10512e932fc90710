"""The status in the OpenMetrics text format, for a monitor to read: gauges only, so that older readers can."""

from datetime import datetime
from typing import NamedTuple

from pipeline.health import Kind
from pipeline.journey.checking import HELD, Status

Value = int | float | bool | datetime | None
OUTLET_METRICS = {
    "ailing": "1 if a person should look",
    "feeds_failing": "Feeds whose last fetch failed",
    "articles_today": "Articles first seen in the last 24 hours",
    "articles_usual": "Median of the 28 days before",
    "edits_today": "Edits seen in the last 24 hours",
    "edits_usual": "Median of the 28 days before",
    "looks_today": "Looks at pages in the last 24 hours",
    "quarantined_today": "Of these, quarantined",
    "quarantined_usual": "Median of the 28 days before",
    "texts": "First texts of articles in the last three days",
    "thin": "Of these, with next to no text",
}
FEED_METRICS = {
    "failures": ("Failed fetches in a row", "failures"),
    "last_fetch_timestamp_seconds": ("When it was last fetched", "last_fetched_at"),
    "last_success_timestamp_seconds": ("When a fetch last went well", "last_success_at"),
    "next_fetch_timestamp_seconds": ("When it is fetched next", "next_due_at"),
    "last_item_timestamp_seconds": ("When something new last came", "last_item_at"),
}


class Sample(NamedTuple):
    """A value, and whose it is."""

    labels: tuple[str, ...]
    value: Value


class Family(NamedTuple):
    """A metric with all its values."""

    name: str
    told: str
    labels: tuple[str, ...]
    samples: list[Sample]


def metrics(found: Status) -> str:
    """All that is known, as one exposition."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.openmetrics.exposition import generate_latest

    class Found:
        """Gives the registry its families; a value that is not known is left out."""

        def collect(self) -> list[GaugeMetricFamily]:
            return [made for made in map(_family, _families(found)) if made.samples]

    def _family(given: Family) -> GaugeMetricFamily:
        made = GaugeMetricFamily(f"writethru_{given.name}", given.told, labels=given.labels)
        for sample in given.samples:
            if (v := sample.value) is not None:
                made.add_metric(sample.labels, v.timestamp() if isinstance(v, datetime) else float(v))
        return made

    registry = CollectorRegistry()
    registry.register(Found())  # type: ignore[arg-type]
    return generate_latest(registry).decode("utf8")


def _families(found: Status) -> list[Family]:
    """All of them."""
    kinds = [Sample((kind.value,), sum(f.kind is kind for f in found.findings)) for kind in Kind]
    out: list[Family] = [Family(name, told, (), [Sample((), value)]) for name, told, value in _whole(found)]
    out.append(Family("findings", "What a person should look at, by kind", ("kind",), kinds))
    for name, told in OUTLET_METRICS.items():
        values = [(o.health.outlet, o.ailing if name == "ailing" else getattr(o.health, name)) for o in found.outlets]
        out.append(Family(f"outlet_{name}", told, ("outlet",), [Sample((outlet,), value) for outlet, value in values]))
    for name, (told, field) in FEED_METRICS.items():
        each = {(f.health.outlet, f.health.url): getattr(f.health, field) for f in found.feeds}
        out.append(Family(f"feed_{name}", told, ("outlet", "feed"), [Sample(*one) for one in each.items()]))
    return out


def _whole(found: Status) -> list[tuple[str, str, Value]]:
    """(name, help, value) of the program as a whole."""
    t, m = found.totals, found.machine
    return [
        *((name, f"Number of {name} in the store", getattr(t, name)) for name in HELD),
        ("untracked", "Texts that wait for tracking", t.untracked),
        ("warnings", "What a person should look at", len(found.findings)),
        ("store_bytes", "Size of the store", m.store_bytes),
        ("log_bytes", "Size of the log beside the store that is not folded in", m.log_bytes),
        ("archive_bytes", "Size of the archive of responses", m.archive_bytes),
        ("disk_free_bytes", "Space left on the store's disk", m.free_bytes),
        ("last_fetch_timestamp_seconds", "When something was last fetched", t.last_fetch_at),
        ("last_pass_timestamp_seconds", "When feeds were last looked at, also if none was due", m.last_pass_at),
        ("last_track_timestamp_seconds", "When tracking last ended", m.last_track_at),
        ("last_backup_timestamp_seconds", "When the store was last copied", m.last_backup_at),
        ("last_verify_timestamp_seconds", "When the store was last checked", m.last_verify_at),
        ("verify_failed", "Checks that did not hold then", m.verify_failed if m.last_verify_at else None),
    ]
