"""On demand: the archive read again, by the million. Dask's processes read it chunk by chunk; then one task rebuilds.

Needs the extra `bulk`. What `writethru rebuild --workers N` does without Dask, seen and retried chunk by chunk in Prefect.
"""

from prefect import flow, task, unmapped
from prefect.futures import wait
from prefect_dask import DaskTaskRunner

from flows.bulk import CLUSTER
from flows.common import WAIT, clock, settings_for, tell
from pipeline import journey


@task
def plan_chunks(config: str | None) -> list[int]:
    """The chunks of archived articles that are to be read again: all, or what a run that was broken off has left."""
    return journey.unread_chunks(settings_for(config))


@task(retries=2, retry_delay_seconds=10)
def read_chunk(config: str | None, number: int) -> None:
    """One batch: the archived responses of some articles, read into the spool by the present extractor."""
    journey.read_chunk(settings_for(config), number)


@task(retries=2, retry_delay_seconds=60)
def rebuild_all(config: str | None, now: str) -> list[str]:
    """Rebuild what is read otherwise now, and derive again what follows; what was read ahead is not read twice."""
    return journey.rebuild(settings_for(config), clock(now), workers=2, wait=WAIT).lines()


@flow(name="bulk-rebuild", log_prints=False, task_runner=DaskTaskRunner(cluster_kwargs=CLUSTER))  # type: ignore[arg-type]
def bulk_rebuild(config: str | None = None, now: str | None = None) -> None:
    """Read every archived response again and rebuild what is read otherwise now."""
    at = clock(now).isoformat()
    wait(read_chunk.map(unmapped(config), plan_chunks(config)))
    tell(rebuild_all(config, at))


if __name__ == "__main__":
    bulk_rebuild()
