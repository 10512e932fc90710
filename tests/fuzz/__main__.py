"""`python -m fuzz [TARGET...] --seconds 60 --seed 2026-01-31`; `--only NUMBER` tries one input again."""

import argparse
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from fuzz.engine import Finding, fuzz, kept, tried
from fuzz.mutate import made
from fuzz.targets import TARGETS

GRACE = 400.0  # seconds after its time in which a target must have ended


def main() -> int:
    """Run the targets side by side; 1 if one of them found something."""
    parser = argparse.ArgumentParser(prog="fuzz")
    parser.add_argument("targets", nargs="*", choices=[*sorted(TARGETS), []], default=[])
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("WRITETHRU_FUZZ_SECONDS", "60")))
    parser.add_argument("--seed", default=f"{datetime.now(UTC):%Y-%m-%d}", help="any word; the day if not given")
    parser.add_argument("--only", type=int, help="try the input of this number again, and print it")
    parser.add_argument("--alone", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    names = given.targets or sorted(TARGETS)
    if given.only is not None:
        return again(names[0], given.seed, given.only)
    if given.alone:
        return alone(names[0], given.seed, given.seconds, given.alone)
    return side_by_side(names, given.seed, given.seconds)


def side_by_side(names: list[str], seed: str, seconds: float) -> int:
    """A process for each target, so that a crash of one is told and stops no other."""
    with tempfile.TemporaryDirectory() as folder:
        running = {}
        for name in names:
            words = [name, "--seed", seed, "--seconds", str(seconds), "--alone", str(Path(folder, name))]
            running[name] = subprocess.Popen([sys.executable, "-m", "fuzz", *words])
        return max(ended(name, process, seed, Path(folder, name), seconds) for name, process in running.items())


def ended(name: str, process: subprocess.Popen[bytes], seed: str, counter: Path, seconds: float) -> int:
    """0 if a target found nothing. One that died found the input that it was trying."""
    try:
        code = process.wait(seconds + GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        code = process.wait()
    if code not in (0, 3):
        number = int(counter.read_text() or "0") if counter.exists() else 0
        target = TARGETS[name]
        data = made(target.seeds(), target.tokens, f"{seed} {name}", number)
        told(name, seed, Finding(number, data, f"the process ended with {code}"))
    return int(code != 0)


def alone(name: str, seed: str, seconds: float, counter: Path) -> int:
    """One target in this process; 3 if it found something."""
    with counter.open("w") as file:

        def tell(number: int) -> None:
            os.pwrite(file.fileno(), str(number).encode(), 0)

        tries, found = fuzz(TARGETS[name], seed, seconds, tell)
    print(f"{name}: {tries} inputs with seed {seed}: {'a finding' if found else 'all promises kept'}", flush=True)
    if found:
        told(name, seed, found)
    return 3 if found else 0


def told(name: str, seed: str, found: Finding) -> None:
    """Keep a finding and say how to see it again."""
    print(found.problem, f"kept as {kept(name, found.data)}; as it was found:", sep="\n")
    print(f"  PYTHONPATH=tests python -m fuzz {name} --seed {seed} --only {found.number}", flush=True)


def again(name: str, seed: str, number: int) -> int:
    """Try one input again."""
    target = TARGETS[name]
    data = made(target.seeds(), target.tokens, f"{seed} {name}", number)
    print(repr(data[:2_000]))
    found = tried(target, data, number)
    print(found.problem if found else "all promises kept")
    return int(found is not None)


sys.exit(main())
