"""The store moved: from a file into a lake, or back, with the proof that both say the same."""

from dataclasses import dataclass
from datetime import datetime

from pipeline.config import Lake, Settings
from pipeline.errors import StoreError, UsageError
from pipeline.store import Proof, Store, compare, engine_of, lease, transfer


@dataclass(slots=True)
class MoveSummary:
    """What was moved where, and how every table and view compares."""

    source: str
    target: str
    proofs: list[Proof]
    settings: list[str]  # lines for writethru.toml

    def lines(self) -> list[str]:
        wide = max(len(p.name) for p in self.proofs)
        head = f"{'':{wide}}  {'rows here':>10}  {'rows there':>10}"
        table = [f"{p.name:{wide}}  {p.rows:>10}  {p.rows_there:>10}  {'equal' if p.equal else 'DIFFERS'}" for p in self.proofs]
        told = f"{self.source} was copied to {self.target}; {len(self.proofs)} tables and views are equal, row for row."
        return [head, *table, told, "To go on there, write into writethru.toml:", *(f"  {line}" for line in self.settings)]


def migrate_store(settings: Settings, there: Settings, now: datetime, *, wait: float = 0.0) -> MoveSummary:
    """Copy the store to another place, which must be empty, and prove that both are equal. The store itself stays as it is.

    Raises UsageError, StoreBusy, and StoreError if there are rows there already, or a table or view differs.
    """
    source, target = engine_of(settings.place), engine_of(there.place)
    if source.name == target.name:
        raise UsageError(f"{target.name}: the store is there already")
    if not source.exists():
        raise UsageError(f"{source.name}: there is no store yet")
    with (
        lease(settings.place, "migrate-store", wait, settings.lease),
        lease(there.place, "migrate-store", wait, settings.lease) as held,
    ):
        Store(settings.place, now=now).close()  # brought to today's schema
        transfer(source, target, now, held.check)
        proofs = compare(source, target)
        target.publish(there.snapshot_file, held.check)
    done = MoveSummary(source=source.name, target=target.name, proofs=proofs, settings=_settings(there))
    if differing := [p.name for p in proofs if not p.equal]:
        told = f"differs: {', '.join(differing)}. Go on with {source.name}"
        raise StoreError("\n".join([*done.lines()[: len(proofs) + 1], told]))
    return done


def _settings(there: Settings) -> list[str]:
    place = there.place
    if not isinstance(place, Lake):
        return [f'db = "{place}"', "# and no line that begins with store, data or store_password"]
    lines = [f'store = "{place.name}"', f'data = "{place.data}"']
    return lines + ([f'store_password = "{place.password}"'] if place.password else [])
