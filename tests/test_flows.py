"""The flows and their schedule, on a real Prefect server: thin shells around the journey that really run."""

import json
import os
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
import yaml
from world import World

ROOT = Path(__file__).parents[1]
SCHEDULE = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf8"))
STORIES = """
[[story]]
slug = "harbour-talks"
title = "Harbour talks"
match = ["harbour talks", "port agreement"]
[[story.aspect]]
name = "deadline"
about = "Until when the parties want to agree"
"""


def ask(api: str, path: str, query: dict[str, Any] | None, method: str | None = None) -> list[dict[str, Any]]:
    data = None if query is None else json.dumps(query).encode()
    request = urllib.request.Request(f"{api}{path}", data, {"content-type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        told = answer.read()
    return json.loads(told) if told else []


def wait_for(what, seconds: float = 60.0):
    """The first true answer of `what`, asked again and again for a bounded time."""
    end = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(1)
    return found


@pytest.mark.parametrize("deployment", SCHEDULE["deployments"], ids=lambda d: d["name"])
def test_every_entry_point_of_the_schedule_is_a_flow(deployment):
    """A flow whose import is broken would be loaded as a placeholder, without a word; this asks for the real one."""
    from prefect.flows import load_flow_from_entrypoint

    flow = load_flow_from_entrypoint(str(ROOT / deployment["entrypoint"]), use_placeholder_flow=False)
    assert flow.name == deployment["entrypoint"].split(":")[1]


def test_flows_hold_no_logic():
    """Each flow is a thin shell: no loop over entries, no branch on what was found, no database."""
    for file in (ROOT / "flows").glob("*.py"):
        text = file.read_text(encoding="utf8")
        assert "duckdb" not in text and "pipeline.store" not in text
        assert len(text.splitlines()) < 60


@pytest.mark.server
def test_the_schedule_itself_creates_runs_and_a_worker_runs_them(prefect_server, tmp_path):
    """Deployed from prefect.yaml: runs are there without anybody asking; ingest runs, and its end starts track."""
    prefect_server.run("prefect", "work-pool", "create", "local", "--type", "process")
    prefect_server.run("prefect", "--no-prompt", "deploy", "--all")
    api = prefect_server.api
    deployments = {d["name"]: d["id"] for d in ask(api, "/deployments/filter", {})}
    assert set(deployments) == {d["name"] for d in SCHEDULE["deployments"]}

    def scheduled() -> list[dict[str, Any]]:
        found = ask(api, "/flow_runs/filter", {"limit": 200})
        mine = [r for r in found if r["deployment_id"] == deployments["every-15-min"] and r["auto_scheduled"]]
        return [r for r in mine if r["created_by"]["type"] == "SCHEDULE"]

    assert len(wait_for(scheduled)) >= 2
    # Else, at a quarter of an hour, the schedule's own run begins, and the one below is cancelled as its second.
    for schedule in ask(api, f"/deployments/{deployments['every-15-min']}/schedules", None):
        ask(api, f"/deployments/{deployments['every-15-min']}/schedules/{schedule['id']}", {"active": False}, "PATCH")
    assert wait_for(lambda: not scheduled())

    config = write_settings(tmp_path, [])
    prefect_server.run("prefect", "deployment", "run", "ingest/every-15-min", "-p", f"config={config}")
    prefect_server.run("prefect", "worker", "start", "--pool", "local", "--run-once")

    def ended() -> list[dict[str, Any]]:
        runs = ask(api, "/flow_runs/filter", {"flow_runs": {"parent_task_run_id": None}, "limit": 200})
        return [r for r in runs if r["deployment_id"] == deployments["every-15-min"] and r["state"]["type"] == "COMPLETED"]

    def followed() -> list[dict[str, Any]]:
        runs = ask(api, "/flow_runs/filter", {"limit": 200})
        return [r for r in runs if r["deployment_id"] == deployments["after-ingest"]]

    assert wait_for(ended)
    assert wait_for(followed)[0]["created_by"]["type"] == "AUTOMATION"


@pytest.mark.server
def test_the_flows_take_a_world_from_feeds_to_an_artifact(prefect_server, tmp_path):
    """Ingest, track, report and maintain, each as a flow run on the server; the log is there as a Markdown artifact."""
    world = World()
    tern = world.outlet("The Daily Tern", feed="rss")
    talks = tern.publish(
        "harbour-talks",
        headline="Harbour talks resume in Velm",
        paragraphs=[
            "The harbour talks in Velm resumed on Monday after two weeks of silence, the mediator Ana Kelso said.",
            "The parties want to agree by 5 March, Kelso said, and they have 12 open points.",
            "The port agreement of last year had failed over night work.",
        ],
    )
    with world.serve():
        config = write_settings(tmp_path, world.feeds)
        first = {"config": str(config), "now": "2026-03-02T09:00:00Z", "everything": True}
        run_flow(prefect_server, "flows.ingest", "ingest", first)
        talks.replace("5 March", "9 March")
        run_flow(prefect_server, "flows.ingest", "ingest", first | {"now": "2026-03-02T12:00:00Z"})
    later = {"config": str(config), "now": "2026-03-02T12:10:00Z"}
    run_flow(prefect_server, "flows.track", "track", later)
    run_flow(prefect_server, "flows.report", "report", later)
    run_flow(prefect_server, "flows.maintain", "maintain", later)
    assert (tmp_path / "reports" / "harbour-talks" / "changelog.md").read_text(encoding="utf8").count("9 March")
    artifacts = ask(prefect_server.api, "/artifacts/filter", {"artifacts": {"key": {"any_": ["harbour-talks"]}}})
    assert artifacts and "9 March" in artifacts[0]["data"]
    assert list(tmp_path.glob("writethru-*.duckdb"))

    def told() -> bool:
        """The program's own events stand in the logs of the runs, with their facts."""
        texts = [log["message"] for log in ask(prefect_server.api, "/logs/filter", {"limit": 200})]
        wanted = ("ingest.done ", "track.done ", "backup.done ", "verify.done ", 'page.edited outlet="The Daily Tern"')
        return all(any(text.startswith(w) for text in texts) for w in wanted)

    assert wait_for(told)


@pytest.mark.server
@pytest.mark.skipif("WRITETHRU_BULK" not in os.environ, reason="takes half a minute: `make bulk`")
def test_the_flow_for_large_imports_reads_on_dask_what_the_command_reads(prefect_server, tmp_path):
    """Parts are tasks on Dask's processes; the rows are those of `writethru import`, and a second run adds none."""
    from test_bulk import AT, archived, desk_in, differing, recorded_files, taken

    from pipeline import journey
    from pipeline.journey.importing import Sizes

    files = recorded_files(tmp_path / "files")
    plain, bulk = desk_in(tmp_path / "plain"), desk_in(tmp_path / "bulk")
    taken(plain, files, sizes=Sizes())
    given = {"config": str(bulk.db.with_name("writethru.toml")), "files": list(map(str, files)), "now": AT.isoformat()}
    run_flow(prefect_server, "flows.bulk", "bulk", given)
    assert differing(plain, bulk) == [] and archived(plain) == archived(bulk) != {}
    assert not bulk.db.with_suffix(".spool").exists()
    runs = ask(prefect_server.api, "/task_runs/filter", {"limit": 100})
    assert sum(r["name"].startswith("read_part") for r in runs) == len(files)
    run_flow(prefect_server, "flows.bulk_rebuild", "bulk_rebuild", {"config": given["config"], "now": AT.isoformat()})
    journey.rebuild(plain, AT)
    assert differing(plain, bulk) == [] and not bulk.db.with_suffix(".rebuild.spool").exists()
    runs = ask(prefect_server.api, "/task_runs/filter", {"limit": 100})
    assert sum(r["name"].startswith("read_chunk") for r in runs) == 1


def run_flow(server, module: str, name: str, parameters: dict[str, object]) -> None:
    import subprocess
    import sys

    code = f"import json, sys; from {module} import {name}; {name}(**json.loads(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(parameters)],
        env=server.env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def write_settings(folder: Path, feeds) -> Path:
    """Settings that reach the fake world on loopback."""
    (folder / "feeds.toml").write_text("".join(f'[[feed]]\nurl = "{f.url}"\noutlet = "{f.outlet}"\n' for f in feeds))
    (folder / "stories.toml").write_text(STORIES)
    config = folder / "writethru.toml"
    config.write_text('db = "writethru.duckdb"\n[fetch]\nallow_private_hosts = true\nper_host_delay = 0\n')
    return config
