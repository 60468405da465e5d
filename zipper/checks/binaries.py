"""The binary files of a package, and which of them the handler may load.

In: a subject. Out: a `BinaryFile` for each `.node`, `.so` and program, with what it needs and how
it is used. What of it fails on Lambda is `zipper.checks.binary_rules`' work.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from zipper.checks.closure import close, relative
from zipper.checks.file_facts import EAGER, LAZY, OPTIONAL
from zipper.checks.member_contents import find_binaries
from zipper.checks.subject import Subject, find_dependency
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple
from zipper.npm.folder_path import find_package
from zipper.npm.package_json import parse_manifest
from zipper.npm.platform import fits_platform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.archive.listing import Entry
    from zipper.checks.elf import Binary

__all__ = [
    "BinaryFile",
    "find_members",
    "is_foreign",
    "names_platform",
    "package_levels",
    "scan_binaries",
]

_MEMORY: Final = "_binaries"
_FACTS: Final = "_binary_facts"
_LEVELS: Final = "_package_levels"
_OTHER_SYSTEMS: Final = late_pattern(
    r"(?:^|[-_/.@])(darwin|macos|osx|win32|windows|win|freebsd|openbsd|netbsd|sunos|android|aix|apple)(?=[-_/.0-9]|x?64|$)"
)
_MUSL: Final = late_pattern(r"(?:^|[-_/.]|linux)(?:musl|musleabihf|alpine)(?=[-_/.]|$)")
_ARCHITECTURES: Final = {
    "x86_64": late_pattern(
        r"(?:^|[-_/.])(?:linux|linux-gnu)?[-_]?(?:x64|x86_64|amd64)(?=[-_/.]|$)"
    ),
    "arm64": late_pattern(r"(?:^|[-_/.])(?:linux|linux-gnu)?[-_]?(?:arm64|aarch64)(?=[-_/.]|$)"),
    "other": late_pattern(
        r"(?:^|[-_/.])(?:linux|linux-gnu)?[-_]?(?:arm|armv[67]l?|armhf|ia32|i386|i686|x86|s390x|ppc64(?:le)?|riscv64|loong64|mips\w*)(?=[-_/.]|$)"
    ),
}


class BinaryFile(NamedTuple):
    """One binary of the package."""

    entry: Entry
    binary: Binary
    foreign: bool
    """Whether its name or its package.json says that it is for another platform."""
    level: int
    """When the handler loads what may load it, `EAGER` to `OPTIONAL`."""

    @property
    def is_addon(self) -> bool:
        """Whether Node loads it itself."""
        return self.entry.name.endswith(".node")


def find_members(subject: Subject) -> tuple[BinaryFile, ...]:
    """Return the binaries of a subject, each looked into once."""
    memory = subject.__dict__
    if _MEMORY not in memory:
        memory[_MEMORY] = tuple(_members(subject))
    members: tuple[BinaryFile, ...] = memory[_MEMORY]
    return members


def scan_binaries(subject: Subject) -> dict[str, Binary]:
    """Return what each binary is and needs, by name; looked into once, or remembered.

    To be called before anything else that takes memory: the largest binary is held whole.
    """
    memory = subject.__dict__
    if _FACTS not in memory:
        memory[_FACTS] = dict(find_binaries(subject))
    found: dict[str, Binary] = memory[_FACTS]
    return found


def _members(subject: Subject) -> Iterator[BinaryFile]:
    found = scan_binaries(subject)
    levels = package_levels(subject) if found else {}
    for name, binary in found.items():
        entry = subject.listing.find(name)
        if entry is not None:
            package = find_package(name)
            level = levels.get(name, levels.get(package, _default_level(subject)))
            yield BinaryFile(entry, binary, is_foreign(subject, name), level)


def is_foreign(subject: Subject, name: str) -> bool:
    """Return whether a file's name, or its package's `os`, `cpu` and `libc`, exclude the target."""
    path = name.lower()
    if _OTHER_SYSTEMS.search(path) or _MUSL.search(path):
        return True
    own = _ARCHITECTURES[subject.target.architecture].search(path)
    others = [kind for kind in _ARCHITECTURES if kind != subject.target.architecture]
    if own is None and any(_ARCHITECTURES[kind].search(path) for kind in others):
        return True
    package = find_package(name)
    target = subject.target
    manifest = parse_manifest(subject.read_json(f"{package}/package.json"))
    return not fits_platform(manifest, os=target.os, cpu=target.cpu, libc=target.libc)


def _default_level(subject: Subject) -> int:
    """Return the level of a package that the walk has not reached."""
    return EAGER if close(subject) is None else OPTIONAL


def package_levels(subject: Subject) -> dict[str, int]:
    """Return levels by package folder and by reached file, worked out once.

    A package that no request reaches has the level of what depends on it, since addons are mostly
    loaded by an expression (`require("@img/sharp-" + platform)`).
    """
    memory = subject.__dict__
    if _LEVELS not in memory:
        memory[_LEVELS] = _package_levels(subject)
    levels: dict[str, int] = memory[_LEVELS]
    return levels


def _package_levels(subject: Subject) -> dict[str, int]:
    if subject.kind == "layer":  # what functions load of it is not known
        return {folder: LAZY for folder in subject.sizes_by_package if folder}
    start = close(subject)
    if start is None:
        return {}
    levels: dict[str, int] = {}
    reached: set[str] = set()
    for path, module in start.walk.modules.items():
        name = relative(path)
        levels[name] = module.level
        package = find_package(name)
        levels[package] = min(levels.get(package, LAZY if package else module.level), module.level)
        if module.kind in ("module", "commonjs"):
            reached.add(package)
    pending = [name for name in levels if name and subject.listing.find(f"{name}/package.json")]
    while pending:
        package = pending.pop()
        for other in _dependencies(subject, package):
            # When the code of a reached package runs is known from who asks for it.
            if other not in reached and levels.get(other, OPTIONAL) > levels[package]:
                levels[other] = levels[package]
                pending.append(other)
    return levels


def _dependencies(subject: Subject, package: str) -> Iterator[str]:
    """Yield the folders of what a package depends on, each where Node finds it."""
    manifest = subject.read_json(f"{package}/package.json")
    for field in ("dependencies", "optionalDependencies"):
        names = manifest.get(field)
        for name in names if isinstance(names, dict) else ():
            folder = find_dependency(subject, package, name)
            if folder is not None:
                yield folder


@lru_cache(maxsize=4096)
def names_platform(name: str) -> bool:
    """Return whether a package's name has a platform in it, as `@img/sharp-linux-x64` does."""
    path = name.lower()
    patterns = (_OTHER_SYSTEMS, _MUSL, *_ARCHITECTURES.values())
    return any(pattern.search(path) for pattern in patterns)
