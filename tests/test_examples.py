"""The examples for systemd and containers: what they name is there, and what they run is understood.

No container is built here: what the file copies is copied to a folder, and its installation is run in an environment of its own
(`make nightly`, since that takes minutes and a network).
"""

import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from configparser import RawConfigParser
from pathlib import Path

import pytest
import typer
import yaml
from packaging.specifiers import SpecifierSet

from pipeline.cli import app
from pipeline.config import Lake, load_settings
from pipeline.errors import StoreBusy

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "docs" / "examples"
WORKERS = EXAMPLES / "workers"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf8"))
COMMANDS = typer.main.get_command(app)


def directives() -> list[tuple[str, str]]:
    """(word, rest) of each line of the container file, but for comments."""
    lines = (EXAMPLES / "Containerfile").read_text(encoding="utf8").splitlines()
    return [(line.partition(" ")[0], line.partition(" ")[2]) for line in lines if line and not line.startswith("#")]


def copied() -> dict[str, str]:
    """Path of the project -> where the container has it."""
    found = {}
    for word, rest in directives():
        if word == "COPY":
            *sources, target = shlex.split(rest)
            for source in sources:
                found[source] = target + source if target.endswith("/") else target
    return found


def understood(arguments: list[str]) -> None:
    """The command line knows the command and its options."""
    name, *rest = arguments
    command = COMMANDS.commands[name]
    command.make_parser(typer.Context(command)).parse_args([word for word in rest if word])


def test_the_container_gets_all_that_the_package_is_made_of():
    """Every path that it copies exists, and with them every path that the build needs."""
    assert all((ROOT / source).exists() for source in copied())
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], PROJECT["project"]["readme"], "pyproject.toml", "constraints.txt"}
    assert needed == set(copied())
    (install,) = [rest for word, rest in directives() if word == "RUN" and "pip install" in rest]
    assert f"-c {copied()['constraints.txt']} /src" in install


def test_the_container_runs_a_supported_python_as_nobody_in_particular_and_a_command_that_exists():
    """Not as root; the entry point is the package's own script."""
    told = dict(directives())
    version = re.search(r"python:([\d.]+)", told["FROM"])
    assert version and SpecifierSet(PROJECT["project"]["requires-python"]).contains(version[1])
    assert told["USER"] == "writethru"
    (entry,) = json.loads(told["ENTRYPOINT"])
    assert entry in PROJECT["project"]["scripts"]
    understood(json.loads(told["CMD"]))


@pytest.mark.parametrize("unit", sorted(EXAMPLES.glob("*.service")), ids=lambda f: f.name)
def test_a_unit_runs_commands_that_exist_and_takes_a_busy_store_for_no_failure(unit):
    """Each ExecStart is parsed by the command line itself."""
    lines = unit.read_text(encoding="utf8").splitlines()
    commands = [shlex.split(line.partition("=")[2]) for line in lines if line.startswith("ExecStart=")]
    assert commands
    for program, *arguments in commands:
        assert program.endswith("/.venv/bin/writethru")
        understood(arguments)
    if "serve" not in unit.name:
        assert f"SuccessExitStatus={StoreBusy.exit_code}" in lines


def test_the_timer_starts_a_unit_that_is_there():
    """Its name is the service's; it makes up for what was missed while the machine was off."""
    (timer,) = EXAMPLES.glob("*.timer")
    assert timer.with_suffix(".service").exists()
    parsed = RawConfigParser(strict=False)
    parsed.read_string(timer.read_text(encoding="utf8").partition("\n")[2])
    assert parsed["Timer"]["persistent"] == "true" and parsed["Timer"]["oncalendar"]


def test_the_schedule_of_several_workers_starts_flows_that_are_there_as_many_a_tick_as_may_run():
    """Each entry point is imported; runs of one tick do not cancel each other."""
    schedule = yaml.safe_load((WORKERS / "prefect.yaml").read_text(encoding="utf8"))
    for deployment in schedule["deployments"]:
        module, _, name = deployment["entrypoint"].rpartition(".")
        assert callable(getattr(importlib.import_module(module), name))
        assert len(deployment.get("schedules", ())) <= deployment.get("concurrency_limit", {"limit": 1})["limit"]


def test_the_containers_of_several_workers_get_what_they_name():
    """Files that are copied or mounted are there, each secret is declared, and as many workers run as runs of a tick."""
    compose = yaml.safe_load((WORKERS / "compose.yaml").read_text(encoding="utf8"))
    for service in compose["services"].values():
        assert set(service.get("secrets", ())) <= set(compose["secrets"])
        mounted = [m.partition(":")[0] for m in service.get("volumes", ())]
        assert all((ROOT / m).exists() for m in mounted if m.startswith("./docs"))
    lines = (WORKERS / "Containerfile").read_text(encoding="utf8").splitlines()
    sources = [word for line in lines if line.startswith("COPY ") for word in line.split()[1:-1]]
    assert all((ROOT / source).exists() for source in sources) and set(copied()) <= set(sources)
    schedule = yaml.safe_load((WORKERS / "prefect.yaml").read_text(encoding="utf8"))
    ticks = next(d for d in schedule["deployments"] if d["name"] == "every-15-min")
    assert compose["services"]["worker"]["deploy"]["replicas"] == len(ticks["schedules"])


def test_the_settings_of_several_workers_name_a_lake_and_where_its_password_is():
    """They are understood as they stand."""
    place = load_settings(WORKERS / "writethru.toml").place
    assert isinstance(place, Lake) and place.kind == "postgres" and place.password == "file:/run/secrets/writethru"


@pytest.mark.skipif("WRITETHRU_NIGHTLY" not in os.environ, reason="takes minutes and a network")
def test_what_the_container_file_runs_works_in_an_environment_of_its_own(tmp_path):
    """The copied paths alone, installed as the file says, without the project beside them; then its own first two commands."""
    source, desk = tmp_path / "src", tmp_path / "desk"
    source.mkdir()
    desk.mkdir()
    for path in copied():
        copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
        copy(ROOT / path, source / path)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "v"], check=True)
    bin_ = tmp_path / "v" / "bin"
    install = [bin_ / "pip", "install", "--quiet", "-c", source / "constraints.txt", source]
    subprocess.run(install, check=True, timeout=1500, cwd=desk)
    shutil.rmtree(source)
    clean = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    for words in (["init"], ["run"], ["verify"], ["status"]):
        done = subprocess.run([bin_ / "writethru", *words], cwd=desk, capture_output=True, text=True, timeout=300, env=clean)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
