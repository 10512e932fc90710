"""The example of several workers on a real Prefect server: a tick's runs share the work, and all ends as of one run.

Takes a minute or two of both cores: `make schedule` and `make nightly` run it.
"""

import json
import os
import subprocess
import sys
import urllib.request
from datetime import datetime
from pathlib import Path

import pytest
import yaml
from conftest import _wait_until_healthy, free_port
from engines import server, store_lines
from test_flows import ask, wait_for
from test_healing import started
from world import World

from pipeline import journey
from pipeline.config import Settings, load_settings
from pipeline.store.database import sql_folder

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "docs" / "examples" / "workers"
NOW = "2026-03-02T09:00:00+00:00"
SECONDS = 300.0
OUTLETS = ("The Daily Tern", "Plover Post", "Curlew News", "Gannet Gazette", "Heron Herald", "Avocet Argus")
MATTERS = ("harbour", "ferry", "bridge")
STORY = """
[[story]]
slug = "{0}-talks"
title = "Talks on the {0}"
match = ["{0} talks", "{0}"]
[[story.aspect]]
name = "open points"
about = "how many points are open"
"""
pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(not os.environ.keys() & {"WRITETHRU_WORKERS", "WRITETHRU_NIGHTLY"}, reason="takes a minute"),
]


def press() -> World:
    """Six outlets, each on an address of its own, on three matters."""
    world = World()
    for n, name in enumerate(OUTLETS):
        outlet = world.outlet(name, feed="rss")
        for at, matter in enumerate(MATTERS):
            outlet.publish(
                f"{matter}-talks",
                headline=f"The {matter} talks go on",
                paragraphs=[
                    f"The {matter} talks went on for a day, the mediator Ana Kelso told {name} on Monday.",
                    f"There are {4 + n + at} open points in the {matter} talks, she said, and two of them are hard.",
                    f"The owners of the {matter} did not comment on what was said about it.",
                ],
            )
    return world


def desk(folder: Path, kind: str, world: World) -> Settings:
    """A folder with settings, feeds and stories."""
    folder.mkdir()
    feeds = "".join(f'[[feed]]\nurl = "{f.url}"\noutlet = "{f.outlet}"\n' for f in world.feeds)
    (folder / "feeds.toml").write_text(feeds, encoding="utf8")
    (folder / "stories.toml").write_text("".join(STORY.format(m) for m in MATTERS), encoding="utf8")
    fetching = "[fetch]\nallow_private_hosts = true\nper_host_delay = 0\n"
    (folder / "writethru.toml").write_text(store_lines(folder, kind) + fetching, encoding="utf8")
    return load_settings(folder / "writethru.toml")


def shown(settings: Settings) -> dict[str, list[tuple[object, ...]]]:
    """The rows of every view, but for where in the archive a response lies, since each run has files of its own,
    and for its size: the outlets' pages bear something that moves."""
    found = {}
    with journey.reading(settings) as store:
        for file in sorted((sql_folder() / "views").glob("*.sql")):
            columns = store.ask(f"FROM {file.stem} LIMIT 0").columns
            named = ", ".join(f'"{c}"' for c in columns if c not in ("archive", "bytes"))
            found[file.stem] = sorted(store.ask(f"SELECT {named} FROM {file.stem}").rows, key=str)
    return found


def environment(home: Path) -> dict[str, str]:
    """What compose.yaml gives to Prefect's server and workers, at the addresses of this test."""
    services = yaml.safe_load((EXAMPLE / "compose.yaml").read_text(encoding="utf8"))["services"]
    postgres, name = server(), f"prefect_{os.getpid()}"
    postgres.database(name)
    at = {"HOST": "127.0.0.1", "PORT": str(postgres.port), "USER": "writethru", "NAME": name, "PASSWORD": postgres.password}
    here = {f"PREFECT_SERVER_DATABASE_{key}": value for key, value in at.items()}
    here |= {"PREFECT_HOME": str(home), "PREFECT_API_URL": f"http://127.0.0.1:{free_port()}/api"}
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return os.environ | services["server"]["environment"] | services["worker"]["environment"] | here | {"PYTHONPATH": path}


def prefect(env: dict[str, str], folder: Path, *words: str) -> None:
    here = env | {"PWD": str(folder)}  # where the deployments' runs are to work
    command = [sys.executable, "-m", "prefect", *words]
    done = subprocess.run(command, env=here, cwd=folder, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_tick_is_shared_by_three_runs_and_leaves_what_one_run_leaves(tmp_path):
    """Three runs of ingest are scheduled for one moment; three at a time run, and those of track that follow them."""
    world = press()
    with world.serve():
        one, lake = desk(tmp_path / "one", "", world), desk(tmp_path / "desk", "postgres", world)
        at = datetime.fromisoformat(NOW)
        journey.ingest(one, at)
        journey.track(one, at)
        env = environment(tmp_path)
        api = env["PREFECT_API_URL"]
        port = api.rsplit(":")[-1].removesuffix("/api")
        with started(env, tmp_path, "server", "server", "start", "--host", "127.0.0.1", "--port", port) as process:
            _wait_until_healthy(api, process, tmp_path / "server.log")
            prefect(env, lake.db.parent, "work-pool", "create", "writers", "--type", "process")
            prefect(env, lake.db.parent, "--no-prompt", "deploy", "--all", "--prefect-file", str(EXAMPLE / "prefect.yaml"))
            ids = {d["name"]: d["id"] for d in ask(api, "/deployments/filter", {})}

            def runs(deployment: str) -> list[dict[str, str]]:
                found = ask(api, "/flow_runs/filter", {"limit": 200})
                return [r for r in found if r["deployment_id"] == ids[deployment]]

            ticks = [r["expected_start_time"] for r in wait_for(lambda: runs("every-15-min"))]
            assert {ticks.count(t) for t in ticks} == {3}
            for deployment in ids.values():
                pause(api, deployment)
            before = {r["id"] for r in runs("every-15-min")}
            given = json.dumps({"now": NOW})
            for _ in range(3):
                prefect(env, tmp_path, "deployment", "run", "ingest/every-15-min", "--params", given)

            def completed(deployment: str) -> bool:
                mine = [r for r in runs(deployment) if r["id"] not in before]
                dead = [r for r in mine if r["state_type"] in ("FAILED", "CRASHED", "CANCELLED")]
                assert not dead, (tmp_path / "worker.log").read_text("utf8")
                return [r["state_type"] for r in mine] == ["COMPLETED"] * 3

            with started(env, tmp_path, "worker", "worker", "start", "--pool", "writers", "--limit", "3"):
                wait_for(lambda: completed("every-15-min"), SECONDS)
                wait_for(lambda: completed("after-ingest"), SECONDS)
    expected, found = shown(one), shown(lake)
    assert len(expected["versions"]) == 18 and len(expected["changes"]) > 0
    for name, rows in expected.items():
        assert found[name] == rows, name


def pause(api: str, deployment: str) -> None:
    """No run comes of its own any more, and those that were to come are gone; what is asked for still runs."""
    body = json.dumps({"paused": True}).encode()
    request = urllib.request.Request(
        f"{api}/deployments/{deployment}", body, {"content-type": "application/json"}, method="PATCH"
    )
    with urllib.request.urlopen(request, timeout=30):
        pass
