"""On demand: files by the million. Dask's processes read them part by part; then one task judges and commits.

Needs the extra `bulk`. What `writethru import --workers N` does without Dask, seen and retried part by part in Prefect.
"""

import sys
from pathlib import Path

from prefect import flow, task, unmapped
from prefect.futures import wait
from prefect_dask import DaskTaskRunner

from flows.common import WAIT, clock, settings_for, tell
from pipeline import journey

# Processes of this machine, on loopback; TLS with keys of this run, so that no other user can hand them work.
CLUSTER = {"threads_per_worker": 1, "processes": True, "dashboard_address": None, "host": "127.0.0.1", "security": True}


@task
def plan_parts(config: str | None, now: str, files: list[str]) -> list[int]:
    """The parts that are to be read: all of them, or what a run that was broken off has left."""
    return journey.unread_parts(settings_for(config), [Path(f) for f in files], clock(now))


@task(retries=2, retry_delay_seconds=10)
def read_part(config: str | None, now: str, files: list[str], number: int) -> None:
    """One batch: some megabytes of a file, read into the spool."""
    journey.read_part(settings_for(config), [Path(f) for f in files], clock(now), number)


@task(retries=2, retry_delay_seconds=60)
def take_all(config: str | None, now: str, files: list[str]) -> list[str]:
    """All observations in the order of their times, in transactions of a chunk."""
    return journey.import_files(settings_for(config), [Path(f) for f in files], clock(now), wait=WAIT).lines()


@flow(name="bulk", log_prints=False, task_runner=DaskTaskRunner(cluster_kwargs=CLUSTER))  # type: ignore[arg-type]
def bulk(files: list[str], config: str | None = None, now: str | None = None) -> None:
    """Import recorded observations."""
    at = clock(now).isoformat()
    parts = plan_parts(config, at, files)
    wait(read_part.map(unmapped(config), unmapped(at), unmapped(files), parts))
    tell(take_all(config, at, files))


if __name__ == "__main__":
    bulk(sys.argv[1:])
