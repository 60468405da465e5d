"""Which esbuild a project's sources are read with, and its package for the machine that builds.

In: the project's whole tree. Out: an `EsbuildChoice`. Getting the package and starting what is in
it belong to `zipper.bundling.esbuild_binary` and `zipper.bundling.esbuild_process`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import ProjectError
from zipper.findings import Finding
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from zipper.project.read_project import Project
    from zipper.tree.model import Node, Tree

__all__ = ["EsbuildChoice", "choose_esbuild", "find_direct", "name_machine", "read_pins"]

_PINS: Final = Path(__file__).with_name("esbuild.json")

_OLDEST: Final = (0, 18, 0)
"""The first version whose build takes a tsconfig as text. Source: esbuild's changelog, 0.18.0."""

_SYSTEMS: Final = {"linux": "linux", "darwin": "darwin", "win32": "win32"}
_CPUS: Final = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}


class EsbuildChoice(NamedTuple):
    """An esbuild for this machine."""

    version: str
    package: str
    """Such as `@esbuild/linux-x64`."""
    integrity: str | None
    """Of the package's tarball; None where only the registry says."""
    resolved: str | None
    """Where a lockfile says that the tarball is."""
    is_own: bool
    """Whether the project itself depends on it."""
    findings: tuple[Finding, ...] = ()

    @property
    def identity(self) -> str:
        """What its output depends on."""
        return f"{self.version} {self.package} {self.integrity}"


class Pins(NamedTuple):
    """The esbuild of projects that have none, with the integrity of each machine's package."""

    version: str
    integrity: dict[str, str]


def read_pins() -> Pins:
    """Return the one table of what zipper brings in by itself."""
    table = json.loads(_PINS.read_text(encoding="utf-8"))
    return Pins(table["version"], table["integrity"])


def name_machine(system: str = sys.platform, cpu: str = "") -> str:
    """Return esbuild's name of the machine that builds, such as `linux-x64`.

    Raises:
        ProjectError: EESBUILD for a machine that zipper has no esbuild for.
    """
    cpu = (cpu or _find_cpu()).lower()
    if system not in _SYSTEMS or cpu not in _CPUS:
        raise ProjectError(
            "EESBUILD",
            f"there is no esbuild for this machine ({system}, {cpu})",
            hint="compile the sources elsewhere, and name the handler in the JavaScript",
        )
    return f"{_SYSTEMS[system]}-{_CPUS[cpu]}"


def _find_cpu() -> str:
    uname = getattr(os, "uname", None)
    if uname is not None:
        return str(uname().machine)  # `platform` takes milliseconds to import
    import platform  # noqa: PLC0415  (Windows has no uname)

    return platform.machine()


def choose_esbuild(project: Project, whole: Tree) -> EsbuildChoice:
    """Return the esbuild of `project`: its own direct dependency as locked, else the pinned one.

    Args:
        project: what is built.
        whole: its whole tree, development dependencies included.

    Raises:
        ProjectError: EESBUILD for a machine that zipper has no esbuild for.
    """
    machine = name_machine()
    package = f"@esbuild/{machine}"
    own = find_direct(project, whole, "esbuild")
    pins = read_pins()
    findings: tuple[Finding, ...] = ()
    if own is not None:
        if _is_usable(own.version):
            node = whole.find(own.location, package)
            is_same = node is not None and node.version == own.version
            return EsbuildChoice(
                own.version,
                package,
                node.integrity if node is not None and is_same else None,
                node.resolved if node is not None and is_same else None,
                is_own=True,
            )
        findings = (_tell_old(own, pins.version),)
    return EsbuildChoice(
        pins.version, package, pins.integrity[machine], None, is_own=False, findings=findings
    )


def find_direct(project: Project, whole: Tree, name: str) -> Node | None:
    """Return the package that the project's own package.json asks for; never another's.

    Of a member of a workspace, its own or its root's.
    """
    for manifest, place in (
        (project.own_manifest, project.member),
        (project.manifest, ""),
    ):
        asked = (
            manifest.dependencies,
            manifest.dev_dependencies,
            manifest.optional_dependencies,
        )
        if any(name in names for names in asked):
            node = whole.find(place, name)
            if node is not None and node.link_target is None and node.package_name == name:
                return node
    return None


def _is_usable(version: str) -> bool:
    parts = version.partition("-")[0].split(".")
    return all(part.isdigit() for part in parts) and tuple(map(int, parts)) >= _OLDEST


def _tell_old(own: Node, version: str) -> Finding:
    oldest = ".".join(map(str, _OLDEST))
    return Finding(
        "esbuild-old",
        "warning",
        "",
        f"the project's esbuild {own.version} is older than {oldest}; {version} is used instead",
        f"update it: `npm install --save-dev esbuild@{version}`",
    )
