"""Random changes between builds: a filled cache must answer as a fresh one does, each time.

    python -m tests.support.random_changes --seconds 3600 [--seed 7] [--steps 12]

Each play is a project, two registries and a cache. Between two runs something changes: a file
(also with its size and time kept), settings, the environment, npm's settings, what a registry
answers, the clock, the target, the functions and their order, the cache's own files, or zipper's
code. Then a command runs with the cache and, on a copy of the project, without: status, JSON
without timings, and all that was written must agree. A difference is printed with its seed.

With esbuild's tarball in ESBUILD_TARBALL (see `tests.support.random_typescript`) projects have
TypeScript too.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.command import run_here
from tests.support.random_world import CHANGES, World
from tests.support.registry_server import RegistryServer
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["DifferenceError", "play"]

_CLOCK = Path(__file__).with_name("shifted_clock")
"""A folder with a `sitecustomize` that moves the clock of a process."""

Answer = tuple[int, Any, dict[str, object]]


class DifferenceError(AssertionError):
    """A filled cache has answered otherwise than a fresh one."""


def play(seed: int, folder: Path, *, steps: int, counts: Counter[str] | None = None) -> None:
    """Play one sequence of changes in `folder`, which is empty.

    Raises:
        DifferenceError: with all changes so far, and both answers.
    """
    rng = random.Random(seed)
    counts = Counter() if counts is None else counts
    with ExitStack() as stack:
        first, second = (stack.enter_context(RegistryServer()) for _ in range(2))
        world = World(folder / "scene", rng, first, second)
        in_process = rng.random() < 0.8
        if not in_process:
            world.code = folder / "code"
            shutil.copytree(
                REPOSITORY / "zipper",
                world.code / "zipper",
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        played: list[str] = []
        for step in range(steps):
            for _ in range(rng.choice((0, 1, 1, 1, 2, 3)) if step else 0):
                name = rng.choice([name for name in CHANGES if world.code or "code" not in name])
                if name == "clock" and in_process:
                    continue
                CHANGES[name](world)
                counts[name] += 1
                played.append(name)
            command = world.choose_command()
            played.append(f"[{' '.join(command)}]")
            world.write()
            told = f"seed {seed}: {' '.join(played)}"
            status = _compare(world, command, folder / f"fresh{step}", told)
            counts[f"{command[0]}: {status}"] += 1


def _compare(world: World, command: Sequence[str], fresh: Path, told: str) -> int:
    """Run a command with the cache and without; return the status that both have."""
    shutil.copytree(
        world.root,
        fresh,
        symlinks=True,
        ignore=lambda folder, _: ("cache", "out", "into") if Path(folder) == world.root else (),
    )
    (fresh / "out").mkdir()
    (fresh / "cache").mkdir(mode=0o700)
    (fresh / "cache").chmod(world.cache.stat().st_mode & 0o7777 if world.cache.exists() else 0o755)
    before = dict(_list_made(world.root))
    status, document, made = _run(world, world.root, command)
    expected = _run(world, fresh, command)
    shutil.rmtree(fresh)
    # What an earlier command has made stays where this one makes nothing.
    made = {k: v for k, v in made.items() if k in expected[2] or before.get(k) != v}
    warm = status, document, made
    if warm != expected:
        raise DifferenceError(f"{told}\n{_describe(warm, expected)}")
    return status


def _run(world: World, root: Path, command: Sequence[str]) -> Answer:
    """Run a command on the project at `root`, with the cache there."""
    words = [word.replace("ROOT", str(root)) for word in command]
    environment = world.environment(root)
    (root / "out").mkdir(exist_ok=True)
    if command[0] == "install":
        shutil.rmtree(root / "into", ignore_errors=True)
    umask = os.umask(world.umask)
    try:
        if world.code is None:
            done = run_here(*words, cwd=root, env=environment)
            status, document, error = done.status, done.stdout, done.stderr
        else:
            environment["PYTHONPATH"] = os.pathsep.join(
                (str(world.code), str(_CLOCK), str(REPOSITORY))
            )
            environment["SHIFTED_DAYS"] = str(world.days)
            process = subprocess.run(
                [sys.executable, "-m", "zipper", *words],
                cwd=root, env=environment, capture_output=True, text=True, check=False,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
            status, document, error = process.returncode, process.stdout, process.stderr
    finally:
        os.umask(umask)
    if status not in (0, 1):
        raise DifferenceError(f"status {status} of {words}\n{error[-3000:]}")
    return status, _plain(document or error, root), dict(_list_made(root))


def _plain(document: str, root: Path) -> Any:
    """Return a document without paths of the scene, and without what differs from run to run."""
    text = document.replace(str(root), "ROOT")
    text = re.sub(r"zipper-scripts-\w+", "SCRATCH", text)
    try:
        return _without_timings(json.loads(text))
    except ValueError:
        return text


def _without_timings(value: Any) -> Any:
    if isinstance(value, dict):
        left_out = ("timings_seconds", "is_unchanged")
        return {key: _without_timings(one) for key, one in value.items() if key not in left_out}
    return [_without_timings(one) for one in value] if isinstance(value, list) else value


def _list_made(root: Path) -> Iterator[tuple[str, object]]:
    """Yield each file that commands make: its name, and what it is."""
    for top in ("out", "into", "project/package-lock.json"):
        start = root / top
        paths = [start] if start.is_file() else sorted(start.rglob("*"))
        for path in paths:
            name = path.relative_to(root).as_posix()
            if path.is_symlink():
                yield name, str(path.readlink())
            elif path.is_file():
                yield name, (path.read_bytes(), top == "into" and path.stat().st_mode & 0o777)


def _describe(warm: Answer, fresh: Answer) -> str:
    lines = [f"status: {warm[0]}, fresh {fresh[0]}"]
    if warm[1] != fresh[1]:
        lines += [f"warm:  {json.dumps(warm[1])[:6000]}", f"fresh: {json.dumps(fresh[1])[:6000]}"]
    for name in sorted(warm[2].keys() | fresh[2].keys()):
        one, other = warm[2].get(name), fresh[2].get(name)
        if one != other:
            lines.append(f"{name}: {str(one)[:300]} and not {str(other)[:300]}")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Play until the time is over; return 1 where there was a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--plays", type=int, default=10**9)
    asked = parser.parse_args(arguments)
    end = time.monotonic() + asked.seconds
    counts: Counter[str] = Counter()
    plays = differences = broken = 0
    while time.monotonic() < end and plays < asked.plays:
        with tempfile.TemporaryDirectory(prefix="zipper-changes-") as folder:
            try:
                play(asked.seed + plays, Path(folder), steps=asked.steps, counts=counts)
            except DifferenceError as difference:
                differences += 1
                print(f"DIFFERENCE {difference}\n", flush=True)
            except Exception:  # noqa: BLE001  (the play itself is broken; hours of others go on)
                broken += 1
                print(f"BROKEN seed {asked.seed + plays}\n{traceback.format_exc()}", flush=True)
        plays += 1
    told = f"{plays} plays, {broken} broken, {differences} differences"
    print(f"{told}; {dict(sorted(counts.items()))}", flush=True)
    return int(bool(differences or broken))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
