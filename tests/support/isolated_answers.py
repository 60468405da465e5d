"""What bun's isolated linker makes of random projects with many peers, kept as a table.

    python -m tests.support.isolated_answers BUN GRAPHS.py

has the program BUN install them from a registry on this machine, reads what it installed as graphs
with the script that `tests.support.random_locks` compares by, and writes `fixtures/locked/
isolated.json`: for each project its files, the lockfile among them, and the graph.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.support.random_locks import load_script
from tests.support.registry_server import RegistryServer
from tests.support.shared import REPOSITORY

__all__ = ["TABLE"]

TABLE: Final = REPOSITORY / "fixtures" / "locked" / "isolated.json"
_SEEDS: Final = (*range(66), 149, 238)
_NAMES: Final = "abcdefg"
_VERSIONS: Final = ("1.0.0", "1.1.0", "2.0.0")
_RANGES: Final = ("*", "^1.0.0", "^1.0.0", "2", ">=1.1.0", "1.0.0")

_PEER: Final = {"p@1.2.0": {}, "p@3.1.0": {}}
_OLD: Final = {"peerDependencies": {"p": "^1.1.0"}}
_ANY: Final = {"peerDependencies": {"p": ">=1.0.0"}}
_NEW: Final = {"peerDependencies": {"p": "3"}}
_MAY: Final = {**_ANY, "peerDependenciesMeta": {"p": {"optional": True}}}
_NEXT: Final = {"p@2.0.0-b.1": {}, "p@2.0.0-b.2": {}, "p@2.0.0-b.3": {}}


def _needs(*names: str, **more: Any) -> dict[str, Any]:
    return {"dependencies": dict.fromkeys(names, "*"), **more}


def _project(*names: str, **members: dict[str, Any]) -> dict[str, Any]:
    """Return a project that depends on these, and members in folders called otherwise."""
    root = {"name": "root", "workspaces": ["packages/*"], **_needs(*names)}
    found = {"package.json": root}
    for name, manifest in members.items():
        own = {"name": name, "version": "1.0.0", **manifest}
        found[f"packages/in-{name}/package.json"] = own
    return found


WRITTEN: Final[tuple[tuple[dict[str, Any], dict[str, Any]], ...]] = (
    # What is installed for peers is one package where it can be.
    ({**_PEER, "q@1.0.0": _ANY, "r@1.0.0": _OLD}, _project("q", "r")),
    ({**_PEER, "q@1.0.0": _ANY, "r@1.0.0": _OLD, "s@1.0.0": _NEW}, _project("q", "r", "s")),
    ({**_PEER, "q@1.0.0": _ANY, "r@1.0.0": _OLD, "w@1.0.0": _needs("p", "q")}, _project("r", "w")),
    ({**_PEER, "q@1.0.0": _MAY, "r@1.0.0": _OLD}, _project("q", "r")),
    ({**_PEER, "q@1.0.0": _ANY, "r@1.0.0": _OLD}, _project("q", x=_needs("r"))),
    ({**_PEER, "q@1.0.0": _ANY, "r@1.0.0": _OLD}, _project(x=_needs("q", **_NEW), y=_needs("r"))),
    ({**_NEXT, "q@1.0.0": {"peerDependencies": {"p": ">=2.0.0-b.0"}},
      "r@1.0.0": {"peerDependencies": {"p": "<=2.0.0-b.2"}}}, _project("q", "r")),
    # A member answers a peer, and is asked for by a package of the registry.
    ({"a@1.0.0": {"peerDependencies": {"x": "*"}}}, _project("a", x={})),
    ({**_PEER, "a@1.0.0": _needs("x"), "q@1.0.0": _ANY, "x@1.0.0": _needs("q")},
     _project("a", "p", x=_needs("q"))),
    # A development dependency of a member is a peer for whoever depends on the member.
    ({**_PEER, "q@1.0.0": _ANY}, _project("p", x={**_needs("q"), **_ANY,
      "devDependencies": {"p": "1.2.0"}}, y=_needs("x", devDependencies={"p": "3"}))),
    # Under another name.
    ({**_PEER, "q@1.0.0": _ANY}, _project("q", x={**_needs("q"), "dependencies":
     {"p": "npm:q@1.0.0", "q": "*"}})),
)  # fmt: skip
"""Projects written by hand, for what is seldom drawn."""


def draw_manifest(dice: Random, *, own: str = "", most: int) -> dict[str, Any]:
    """Return dependencies of all kinds; peers are as many as all others."""
    found: dict[str, Any] = {}
    names = [name for name in _NAMES if name != own]
    for name in dice.sample(names, dice.randint(0, most)):
        kind = dice.choice(("dependencies", "dependencies", "peerDependencies", "peerDependencies",
                            "optionalDependencies", "devDependencies", "both"))  # fmt: skip
        spec = dice.choice(_RANGES)
        if kind in ("peerDependencies", "both"):
            found.setdefault("peerDependencies", {})[name] = dice.choice(("*", spec))
            if dice.random() < 0.4:
                found.setdefault("peerDependenciesMeta", {})[name] = {"optional": True}
            kind = dice.choice(("dependencies", "devDependencies")) if kind == "both" else ""
        if kind:
            found.setdefault(kind, {})[name] = spec
    return found


def draw_project(dice: Random) -> dict[str, dict[str, Any]]:
    """Return the package.json files of a project, mostly one with members."""
    members = dice.sample("xyz", dice.choice((0, 1, 2, 2)))
    root = draw_manifest(dice, most=4) | {"name": "root", "workspaces": ["packages/*"]}
    needed = dice.choice(_NAMES)
    root.setdefault("dependencies", {}).setdefault(needed, "*")
    root.get("devDependencies", {}).pop(needed, None)
    root.pop("peerDependenciesMeta", None)  # what an importer may do without is not compared
    found = {"package.json": root}
    for member in members:
        own = draw_manifest(dice, most=4) | {"name": member, "version": "1.0.0"}
        own.pop("peerDependenciesMeta", None)
        for other in members:
            if other > member and dice.random() < 0.5:
                own.setdefault("dependencies", {})[other] = "workspace:*"
        found[f"packages/{member}/package.json"] = own
    return found


def draw(seed: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a registry has, by name and version, and the package.json files of a project."""
    dice = Random(seed)
    packages = {
        f"{name}@{version}": draw_manifest(dice, own=name, most=2 + seed % 3)
        for name in _NAMES
        for version in _VERSIONS
    }
    return packages, draw_project(dice)


def install(
    program: str, graphs: Any, packages: dict[str, Any], project: dict[str, Any], folder: Path
) -> dict[str, Any] | None:
    """Return a project's files and the graph of what is installed; None where bun refuses it."""
    with RegistryServer() as registry:
        for key, manifest in packages.items():
            registry.publish(*key.rsplit("@", 1), **manifest)
        files = {path: json.dumps(one) for path, one in project.items()}
        files["bunfig.toml"] = '[install]\nlinker = "isolated"\n'
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
        environ = {**os.environ, "HOME": str(folder), "npm_config_registry": registry.url,
                   "BUN_INSTALL_CACHE_DIR": str(folder / ".cache")}  # fmt: skip
        for words in (["--save-text-lockfile"], ["--frozen-lockfile", "--production"]):
            for place in [*folder.rglob("node_modules")]:
                subprocess.run(["rm", "-rf", str(place)], check=True)
            done = subprocess.run(
                [program, "install", *words],
                cwd=folder,
                env=environ,
                capture_output=True,
                check=False,
            )
            if done.returncode:
                print(project, done.stderr.decode()[-200:])
                return None
        importers = [str(Path(path).parent) for path in files if path.endswith("package.json")]
        graph = graphs.make_graph(folder, importers, installs_peers=True)
        for one in graph["instances"].values():
            del one["manifest"]
        files["bun.lock"] = (folder / "bun.lock").read_text(encoding="utf-8")
        files["bun.lock"] = files["bun.lock"].replace(registry.url, "https://registry.example/")
    return {"files": files, "expected": graph}


def main() -> None:
    """Write the table anew."""
    program, graphs = sys.argv[1], load_script(sys.argv[2])
    rows = []
    for packages, project in (*map(draw, _SEEDS), *WRITTEN):
        with tempfile.TemporaryDirectory() as name:
            row = install(program, graphs, packages, project, Path(name).resolve())
        rows += [row] if row is not None else []
    lines = ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows)
    TABLE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
