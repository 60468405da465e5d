"""Projects, lockfiles and registries that are out to harm, for the real commands.

An attack arranges a scene: a project that somebody checks out, and the registry that answers it.
Beside the project lies `outside/`, which nobody may read or write: a file with a mark, a folder
that looks like a package, and a tarball. `tests/e2e/test_attacks.py` says what has to come of them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.support.registry_server import make_tarball
from tests.support.scene import write_files

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.adversary import Play
    from tests.support.scene import Scene

__all__ = [
    "ATTACKS",
    "MARK",
    "SCRIPT",
    "Attack",
    "add",
    "attack",
    "honest",
    "lay_bait",
    "lock",
    "root",
]

MARK = b"this file is nobody's business"
SCRIPT = b"#!/usr/bin/env node\nconsole.log(1)\n"


@dataclass(frozen=True, slots=True)
class Attack:
    """What is arranged, and what has to come of `build`: a code, or "" for a package."""

    name: str
    arrange: Callable[[Scene], None]
    code: str
    play: Play | None = None
    """What the registry answers to who asks for `a`, where it is none that can be trusted."""


ATTACKS: list[Attack] = []


def add(
    name: str, arrange: Callable[[Scene], None], code: str, *, play: Play | None = None
) -> None:
    """Add one row to the attacks."""
    ATTACKS.append(Attack(name, arrange, code, play))


def attack(code: str) -> Callable[[Callable[[Scene], None]], Callable[[Scene], None]]:
    """Add a function to the attacks, under its name."""

    def add_it(arrange: Callable[[Scene], None]) -> Callable[[Scene], None]:
        add(arrange.__name__.replace("_", "-"), arrange, code)
        return arrange

    return add_it


def lay_bait(scene: Scene) -> None:
    """Make the folder beside the project that attacks are after."""
    manifest = {"name": "bait", "version": "1.0.0"}
    tarball = make_tarball({"package.json": json.dumps(manifest).encode(), "bait.js": MARK})
    files = {"secret.txt": MARK, "bait/package.json": manifest, "bait/bait.js": MARK}
    write_files(scene.folder / "outside", {**files, "bait.tgz": tarball})


def root(**more: object) -> dict[str, Any]:
    """Return the project's package.json."""
    return {"name": "fn", "version": "1.0.0", **more}


def lock(scene: Scene, packages: dict[str, object], **dependencies: str) -> None:
    """Write package.json, and a lockfile that fits it and has `packages` besides."""
    manifest = root(dependencies=dependencies)
    lockfile = {"name": "fn", "lockfileVersion": 3, "packages": {"": manifest, **packages}}
    scene.write({"package.json": manifest, "package-lock.json": json.dumps(lockfile)})


def honest(scene: Scene, name: str = "a", **more: object) -> dict[str, object]:
    """Publish a package and return its entry of a lockfile."""
    manifest = scene.publish(name, files={"cli.js": SCRIPT, "index.js": b"1"}, **more)
    dist = manifest["dist"]
    kept = {key: more[key] for key in ("bin", "dependencies") if key in more}
    entry = {"version": "1.0.0", "resolved": dist["tarball"], "integrity": dist["integrity"]}
    return {**entry, **kept}
