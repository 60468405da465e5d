"""Projects with their registries, invented from a number, in which everything that npm looks at.

Peers, circles, optional and foreign packages, aliases, nested overrides, workspaces, npm's options,
a package.json that has changed since its lockfile was written, and updates. The same number gives
the same case.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tests.support.invented_registry import registry
from zipper.npm import semver

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAMES: Final = ("a", "b", "c", "d", "e", "f", "g", "@s/h")
_VERSIONS: Final = ("1.0.0", "1.1.0", "2.0.0", "2.1.0-beta.1", "3.0.0")
_RANGES: Final = {
    "*": 8, "^1.0.0": 6, "^2.0.0": 6, "1.0.0": 2, ">=1.1.0": 4, "latest": 2, "1 || 2": 4,
    "^3.0.0": 2, "<2": 2, ">=1 <3": 2, "2.1.0-beta.1": 1, "^9.0.0": 0.3,
}  # fmt: skip
"""Range to how often it is asked for."""


@dataclass(frozen=True, slots=True)
class InventedCase:
    """A project and what it meets; `files` is path to decoded JSON, `options` has npm's names.

    `earlier` is the package.json for which the lockfile was made, None where there is none.
    """

    packuments: Mapping[str, Any]
    files: Mapping[str, Any]
    options: Mapping[str, Any]
    earlier: Mapping[str, Any] | None
    update: bool | frozenset[str]
    tarballs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """`name@version` to the JSON files of a tarball that npm opens."""


def invent_case(seed: int) -> InventedCase:
    """Return the case of a number."""
    return Inventor(Random(f"case {seed}")).invent()


class Inventor:
    """The dice, and what the registry has; how often something comes up is diced for each case."""

    hopeless = 0.03
    """How often a range may be one that no version satisfies."""

    def __init__(self, dice: Random, names: Sequence[str] = _NAMES) -> None:
        self._dice = dice
        self._names = names
        self._has: dict[str, Sequence[str]] = {}
        self._odds = {
            "peerDependencies": dice.choice([0.05, 0.3, 0.6]),
            "optionalDependencies": dice.choice([0.05, 0.3]),
            "peerDependenciesMeta": dice.choice([0.05, 0.4]),
            "alias": dice.choice([0, 0, 0.1]),
            "os": dice.choice([0, 0.2]),
            "deprecated": dice.choice([0, 0.2]),
            "engines": dice.choice([0, 0, 0.15]),
        }

    def invent(self) -> InventedCase:
        """Return a case."""
        packuments = self._packuments()
        manifest = {"name": "fn", "version": "1.0.0", **self._wishes(1)}
        if self._happens(0.3):
            manifest["overrides"] = self._overrides()
        files = {"package.json": manifest}
        if self._happens(0.25):
            manifest["workspaces"] = ["packages/*"]
            files |= self._workspaces()
        options = self._options()
        earlier = self._earlier(manifest) if self._happens(0.35) else None
        update = earlier is not None and self._happens(0.3)
        names = (
            frozenset(self._some(self._names, 1, 2)) if update and self._happens(0.67) else update
        )
        return InventedCase(packuments, files, options, earlier, names)

    def _happens(self, odds: float) -> bool:
        return self._dice.random() < odds

    def _some(self, values: Sequence[str], least: int, most: int) -> list[str]:
        return self._dice.sample(values, self._dice.randint(least, most))

    def _packuments(self) -> Mapping[str, Any]:
        for name in self._names:
            versions = self._some(_VERSIONS, 2, 5)
            # What is published last is `latest`, be it the greatest version or not.
            self._has[name] = versions if self._happens(0.3) else sorted(versions)
        packages = {
            f"{name}@{version}": {**self._manifest(), "dist": _dist(name, version)}
            for name, versions in self._has.items()
            for version in versions
        }
        return registry(packages).packuments

    def _manifest(self) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        if self._happens(0.7):
            fields["dependencies"] = self._dependencies(0, 3)
        if self._happens(self._odds["peerDependencies"]):
            fields["peerDependencies"] = self._dependencies(1, 2, aliases=0)
        if self._happens(self._odds["optionalDependencies"]):
            fields["optionalDependencies"] = self._dependencies(1, 2)
        if self._happens(self._odds["peerDependenciesMeta"]):
            names = self._some(self._names, 1, 2)
            fields["peerDependenciesMeta"] = {name: {"optional": True} for name in names}
            if self._happens(0.7):
                fields.setdefault("peerDependencies", {})[names[0]] = self._range(names[0])
        if self._happens(self._odds["os"]):
            fields["os"] = self._dice.choice([["linux"], ["darwin"], ["!linux"]])
        if self._happens(self._odds["deprecated"]):
            fields["deprecated"] = "old"
        if self._happens(self._odds["engines"]):
            fields["engines"] = {"node": self._dice.choice([">=99", ">=10", "<5"])}
        return fields

    def _dependencies(
        self, least: int, most: int, *, aliases: float | None = None
    ) -> dict[str, str]:
        found = {}
        for _ in range(self._dice.randint(least, most)):
            name = self._dice.choice(self._names)
            if self._happens(self._odds["alias"] if aliases is None else aliases):
                alias = self._dice.choice(("x", "y", name))
                found[alias] = f"npm:{self._dice.choice(self._names)}@{self._range()}"
            else:
                found[name] = self._range(name)
        return found

    def _range(self, name: str = "") -> str:
        """Return a range that some version of `name` satisfies, nearly always."""
        while True:
            (wanted,) = self._dice.choices(list(_RANGES), list(_RANGES.values()))
            if name not in self._has or wanted == "latest" or self._happens(self.hopeless):
                return wanted
            if semver.max_satisfying(self._has[name], wanted) is not None:
                return wanted

    def _wishes(self, least: int) -> dict[str, Any]:
        """Return the dependencies of a project or a workspace."""
        wishes: dict[str, Any] = {"dependencies": self._dependencies(least, 3, aliases=0.1)}
        if self._happens(0.4):
            wishes["devDependencies"] = self._dependencies(0, 3)
        if self._happens(0.3):
            wishes["optionalDependencies"] = self._dependencies(0, 2)
        if self._happens(0.15):
            wishes["peerDependencies"] = self._dependencies(1, 2, aliases=0)
        return wishes

    def _overrides(self, depth: int = 0) -> dict[str, Any]:
        rules: dict[str, Any] = {}
        for name in self._some(self._names, 1, 2):
            versions = self._dice.choice(("1", "^2.0.0", "*", ">=2"))
            key = f"{name}@{versions}" if self._happens(0.3) else name
            if depth < 2 and self._happens(0.35):
                rules[key] = self._overrides(depth + 1)
                if self._happens(0.4):
                    rules[key]["."] = self._range(name)
            else:
                other = self._dice.choice(self._names)
                instead = (self._range(name), "", f"${other}", f"npm:{other}@{self._range(other)}")
                (rules[key],) = self._dice.choices(instead, (3, 1, 1, 1))
        return rules

    def _workspaces(self) -> dict[str, Any]:
        files = {}
        for name in self._some(("w1", "w2", "w3", "a"), 1, 3):
            manifest = {"name": name, "version": self._dice.choice(("1.0.0", "2.0.0"))}
            manifest |= self._wishes(0)
            if self._happens(0.4):
                manifest["dependencies"]["w1"] = self._dice.choice(("*", "1.0.0"))
            files[f"packages/{name}/package.json"] = manifest
        return files

    def _options(self) -> dict[str, Any]:
        odds = {"legacyPeerDeps": 0.12, "strictPeerDeps": 0.08, "force": 0.08, "preferDedupe": 0.15}
        options: dict[str, Any] = {name: True for name, odd in odds.items() if self._happens(odd)}
        if self._happens(0.2):
            options["installStrategy"] = self._dice.choice(("nested", "shallow"))
        return options

    def _earlier(self, manifest: Mapping[str, Any]) -> dict[str, Any]:
        earlier = {**manifest, **self._wishes(0)}
        if self._happens(0.5):
            earlier.pop("overrides", None)
        return earlier


def _dist(name: str, version: str) -> dict[str, str]:
    digest = hashlib.sha512(f"{name}@{version}".encode()).digest()
    file = f"{name.rpartition('/')[2]}-{version}.tgz"
    return {
        "tarball": f"https://registry.example/{name}/-/{file}",
        "integrity": f"sha512-{b64encode(digest).decode()}",
    }
