"""A tree on disk in which install scripts run, one after another.

In: a scratch folder with the tree, packages. Out: what each package's scripts changed, as members
for the store. When to run them and what is kept belongs to `zipper.node.built_packages`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from zipper.archive.compress import compress
from zipper.errors import NodeError
from zipper.folders import make_folders, make_private_folders
from zipper.node.install_scripts import name_log, order_scripts
from zipper.node.script_files import compare_states, read_state
from zipper.node.script_process import ScriptHost, run_script

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry
    from zipper.node.install_scripts import ScriptPackage
    from zipper.node.script_files import FileChange, TreeState

__all__ = ["BESIDE", "FACTS", "INSIDE", "ScriptResult", "Workshop", "holder_of", "member_name"]

INSIDE: Final = "package/"
BESIDE: Final = "beside/"
FACTS: Final = "scripts.json"
"""Members of a result: the package's files, those next to it, what was removed and what ran it."""

_NEVER_KEPT: Final = frozenset({".bin", ".cache", ".package-lock.json"})
_GYP: Final = '#!/bin/sh\nexec node "$npm_config_node_gyp" "$@"\n'


@dataclass(slots=True)
class ScriptResult:
    """What the scripts of one package did so far."""

    package: ScriptPackage
    log: Path
    changes: dict[str, FileChange] = field(default_factory=dict)
    failure: NodeError | None = None
    notes: list[str] = field(default_factory=list)
    """What of the sandbox the system does not permit."""


class Workshop:
    """Runs scripts so that each change has one owner.

    Deviation: npm runs the scripts of one event side by side.
    """

    def __init__(self, host: ScriptHost, *, logs: Path) -> None:
        self._host = host
        self._logs = logs

    def prepare(self) -> None:
        """Make the folders beside the tree, and the `node-gyp` command that npm provides."""
        for name in ("home", "bin"):
            make_folders(self._host.work / name)
        command = self._host.work / "bin" / "node-gyp"
        command.write_text(_GYP, encoding="ascii")
        command.chmod(0o755)
        make_private_folders(self._logs)

    def run(self, packages: Sequence[ScriptPackage]) -> dict[str, ScriptResult]:
        """Run all scripts in npm's order and return what each package's changed, by location.

        After a failure of an optional package its other scripts do not run.

        Raises:
            NodeError: ESCRIPT if a script of a required package fails.
        """
        results = {one.location: ScriptResult(one, self._log_of(one)) for one in packages}
        state = read_state(self._host.root)
        for run in order_scripts(packages):
            result = results[run.package.location]
            if result.failure is not None:
                continue
            try:
                result.notes += run_script(run, self._host, log=result.log)
            except NodeError as error:
                if not run.package.optional:
                    raise
                result.failure = error
            state = self._note(result, state)
        return results

    def pack(self, result: ScriptResult) -> list[PlannedEntry]:
        """Return the changes as members of a store zip."""
        location = result.package.location
        removed, ignored, entries = [], [], []
        for path, change in sorted(result.changes.items()):
            name = member_name(path, location)
            if name is None:
                ignored.append(path)
            elif change.is_removed:
                removed.append(name)
            else:
                data = (self._host.root / path).read_bytes()
                entries.append(compress(name, data, executable=change.executable))
        node = f"Node.js {self._host.node.version} from {self._host.node.origin}"
        told = {"removed": removed, "ignored": ignored, "node": node}
        facts = json.dumps({**told, "notes": list(dict.fromkeys(result.notes))}).encode()
        return sorted([*entries, compress(FACTS, facts, executable=False)])

    def _note(self, result: ScriptResult, before: TreeState) -> TreeState:
        after = read_state(self._host.root)
        for change in compare_states(before, after):
            result.changes[change.path] = change
        return after

    def _log_of(self, package: ScriptPackage) -> Path:
        log = self._logs / name_log(package)
        log.unlink(missing_ok=True)
        return log


def holder_of(location: str) -> str:
    """Return the node_modules folder that holds the package at `location`."""
    return location[: location.rindex("node_modules/") + len("node_modules")]


def member_name(path: str, location: str) -> str | None:
    """Return the name under which a changed file is kept; None for one that belongs to others.

    A package's own files, and those in folders next to it whose names begin with a dot, as Prisma
    writes them; never caches, and never a file of another package, whose own key says nothing of
    who changed it.
    """
    if path.startswith(f"{location}/"):
        inner = path[len(location) + 1 :]
        return None if inner.startswith("node_modules/") else INSIDE + inner
    holder = holder_of(location) + "/"
    beside = path.removeprefix(holder)
    top = beside.partition("/")[0]
    if path.startswith(holder) and top.startswith(".") and top not in _NEVER_KEPT:
        return BESIDE + beside
    return None
