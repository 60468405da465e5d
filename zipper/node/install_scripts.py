"""What a package's install scripts are, in which order they run, and what their result is keyed by.

In: packages of a tree with their package.json. Out: `ScriptRun`s in npm's order, and keys. Pure;
starting them belongs to `zipper.node.script_process`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from zipper.npm.collation import collation_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from zipper.target import Target

__all__ = [
    "EVENTS",
    "ScriptPackage",
    "ScriptRun",
    "name_log",
    "order_scripts",
    "package_scripts",
    "script_key",
]

EVENTS: Final = ("preinstall", "install", "postinstall")
"""Each for all packages before the next. Source: @npmcli/arborist 9 rebuild.js."""

_FORMAT: Final = 4
"""Raised whenever the way in which scripts run changes, so that old results are not reused."""
_GYP: Final = "node-gyp rebuild"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptPackage:
    """A package of the tree whose scripts may run.

    Attributes:
        location: its folder below the root of the tree.
        content: what names its bytes, such as the hash of its tarball.
        against: what names the packages that it is built against: all that it depends on, and they
            in turn.
        package_json: the tarball's own.
        scripts: event to command line, the implied ones included.
        optional: whether the tree can do without it.
    """

    location: str
    name: str
    version: str
    content: str
    package_json: Mapping[str, object]
    scripts: Mapping[str, str]
    against: str = ""
    resolved: str | None = None
    integrity: str | None = None
    optional: bool = False
    dev: bool = False
    peer: bool = False
    dev_optional: bool = False

    @property
    def label(self) -> str:
        """`name@version`, as people write it."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """One script of one package."""

    package: ScriptPackage
    event: str

    @property
    def command(self) -> str:
        """The command line for the shell."""
        return self.package.scripts[self.event]


def package_scripts(package_json: Mapping[str, object], *, has_binding_gyp: bool) -> dict[str, str]:
    """Return the install scripts of a package by event.

    A package with a binding.gyp and neither an `install` nor a `preinstall` script is built with
    node-gyp, unless it says `"gypfile": false`.

    Source: @npmcli/arborist 9 rebuild.js, @npmcli/run-script 10 run-script-pkg.js.
    """
    declared = package_json.get("scripts")
    scripts = declared if isinstance(declared, Mapping) else {}
    found = {
        event: command
        for event in EVENTS
        if isinstance(command := scripts.get(event), str) and command
    }
    is_implied = "install" not in found and "preinstall" not in found
    if is_implied and has_binding_gyp and package_json.get("gypfile") is not False:
        found["install"] = _GYP
    return found


def order_scripts(packages: Iterable[ScriptPackage]) -> list[ScriptRun]:
    """Return every script in the order in which npm starts them.

    All `preinstall`, then all `install`, then all `postinstall`; within an event the packages that
    are nearer to the root first, then by location in npm's collation.
    """
    ordered = sorted(packages, key=lambda one: (_depth(one.location), collation_key(one.location)))
    return [
        ScriptRun(package, event)
        for event in EVENTS
        for package in ordered
        if event in package.scripts
    ]


def script_key(
    package: ScriptPackage,
    *,
    node_version: str,
    target: Target,
    variables: Mapping[str, str],
    surroundings: Sequence[object] = (),
) -> str:
    """Return the digest that names the result of a package's scripts, in hexadecimal.

    Over what decides it: the package's bytes and those of what it is built against, its scripts,
    Node's version, the target, the variables that the user gives to scripts, and what of this
    machine they find.

    Source: pnpm's key of side effects has the whole graph of dependencies too (calcDepState).
    """
    facts = [
        _FORMAT,
        package.content,
        package.against,
        package.name,
        package.version,
        sorted(package.scripts.items()),
        node_version,
        [target.os, target.cpu, target.libc, target.runtime],
        sorted(variables.items()),
        surroundings,
    ]
    return hashlib.sha512(json.dumps(facts).encode()).hexdigest()


def name_log(package: ScriptPackage) -> str:
    """Return the name of the file that keeps what a package's scripts print."""
    return f"{package.name.replace('/', '+')}-{package.version}-{package.content[-12:]}.log"


def _depth(location: str) -> int:
    return location.count("node_modules/")
