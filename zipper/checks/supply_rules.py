"""Install scripts that had to run, and the lockfile's integrity.

In: a subject. Out: findings `script-needed`, `integrity-missing` and `integrity-weak`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from zipper.checks.binaries import find_members, package_levels
from zipper.checks.closure import close, relative
from zipper.checks.file_facts import EAGER, OPTIONAL
from zipper.checks.module_resolution import Failure
from zipper.checks.parts import find_in_parts
from zipper.checks.subject import Subject, find_dependency, read_manifests
from zipper.findings import Finding, Severity, name_some
from zipper.late_pattern import late_pattern
from zipper.npm.folder_path import find_package
from zipper.npm.json_text import find_object

if TYPE_CHECKING:
    from zipper.archive.listing import Listing
    from zipper.checks.walk import Module

__all__ = ["check_integrity", "check_scripts"]

_STRONG: Final = late_pattern(r"sha(?:256|384|512)-")
_LOADERS: Final = late_pattern(
    r"\bbindings\b|node-gyp-build|node-pre-gyp|prebuild-install|node-addon-api|nan\b|cmake-js|napi-build-utils"
)
_SEARCHERS: Final = ("bindings", "node-gyp-build")
"""Packages that export one function, which throws where it finds no binary."""
_SEARCHES: Final = late_pattern(rb"require\(\s*['\"](?:bindings|node-gyp-build)['\"]\s*\)\s*\(")
_FINDERS: Final = ("@mapbox/node-pre-gyp", "node-pre-gyp")
_FINDS: Final = late_pattern(rb"\b(?:var|let|const)\s+(\w+)\s*=\s*\w+\.find\(")
_REQUIRED_NAME: Final = late_pattern(r"require\((\w+)\)")
_LOCKFILES: Final = ("npm-shrinkwrap.json", "package-lock.json", "node_modules/.package-lock.json")
_ANEW: Final = "choose them anew, with a sha512: `python -m zipper resolve --update-all`"
_PRISMA: Final = "node_modules/@prisma/client"
_GENERATED: Final = "node_modules/.prisma/client/index.js"


def check_scripts(subject: Subject) -> Iterator[Finding]:
    """Yield reached packages whose binary an install script makes, and which have none."""
    members = find_members(subject)
    with_binary = {find_package(member.entry.name) for member in members if not member.foreign}
    for package, names in sorted(find_in_parts(subject, "scripts", _find_scripts)):
        if package in with_binary or not _compiles(subject, package, names):
            continue
        if _platform_packages(subject, package) & with_binary:
            continue
        level = package_levels(subject).get(package, EAGER if close(subject) is None else OPTIONAL)
        if level == OPTIONAL:
            continue
        manifest = subject.read_json(f"{package}/package.json")
        message = (
            f"`{package}` has no binary for {subject.target.os}-{subject.target.cpu}: its "
            "install script, which did "
            f"not run, compiles or downloads one"
        )
        hint = (
            f'let it run, with `allow_scripts = ["{manifest.get("name", package)}"]`, or use a '
            "version with prebuilt binaries"
        )
        severity: Severity = "error" if _loads_at_once(subject, package) else "warning"
        yield Finding("script-needed", severity, package, message, hint)
    yield from _check_prisma(subject)


def _platform_packages(subject: Subject, package: str) -> set[str | None]:
    """Return the folders of what a package lists as optional, where its binaries mostly are."""
    names = subject.read_json(f"{package}/package.json").get("optionalDependencies")
    found = names if isinstance(names, Mapping) else {}
    return {find_dependency(subject, package, str(name)) for name in found}


def check_integrity(subject: Subject) -> Iterator[Finding]:
    """Yield what the lockfile in the zip leaves without integrity, or gives a weak one."""
    path = next((name for name in _LOCKFILES if subject.listing.find(name)), None)
    if path is None:
        return
    missing: list[str] = []
    weak: list[str] = []
    for location, entry in _locked(subject.read_json(path)):
        value = entry.get("integrity")
        if isinstance(value, str) and _STRONG.search(value):
            continue
        resolved = entry.get("resolved")
        if entry.get("link") or entry.get("inBundle") or entry.get("bundled") or not location:
            continue
        # The target of a link lies in no node_modules, or inside a package that brings it along.
        if find_package(location) != location or (
            isinstance(resolved, str) and resolved.startswith("file:")
        ):
            continue
        (weak if isinstance(value, str) and value else missing).append(location)
    if missing:
        message = (
            f"`{path}` has no integrity for {name_some(missing, 1)}: anything could be installed"
        )
        yield Finding("integrity-missing", "warning", path, message, _ANEW)
    if weak:
        message = f"`{path}` has a sha1 or md5 only for {name_some(weak, 1)}"
        yield Finding(
            "integrity-weak",
            "warning",
            path,
            message,
            _ANEW,
        )


def _find_scripts(listing: Listing) -> Iterator[list[str]]:
    """Yield the packages whose install script makes a binary, and their dependencies' names."""
    names = {entry.name for entry in listing.entries if entry.name.endswith("/binding.gyp")}
    for package, text in read_manifests(listing):
        has_gyp = f"{package}/binding.gyp" in names
        if not package or (not has_gyp and b"install" not in text):
            continue
        manifest = find_object(text)
        scripts = manifest.get("scripts")
        events = scripts if isinstance(scripts, Mapping) else {}
        wanted = [one for one in ("preinstall", "install", "postinstall") if one in events]
        install = " ".join(str(events[event]) for event in wanted)
        if has_gyp or re.search(r"gyp|prebuild|cmake-js|napi", install):
            needed = manifest.get("dependencies")
            yield [package, " ".join(needed) if isinstance(needed, Mapping) else ""]


def _compiles(subject: Subject, package: str, dependencies: str) -> bool:
    """Return whether an install script makes what the package loads."""
    return bool(_LOADERS.search(dependencies)) or _asks_for_addon(subject, package)


def _loads_at_once(subject: Subject, package: str) -> bool:
    """Return whether the package looks for its binary, which is absent, while it is loaded."""
    start = close(subject)
    for path, module in start.walk.modules.items() if start is not None else ():
        if module.level == EAGER and find_package(relative(path)) == package:
            lines = [
                asked.request.line
                for asked in module.asked
                if asked.level == EAGER and asked.request.specifier in _SEARCHERS
            ]
            text = subject.read_bytes(relative(path)).splitlines() if lines else []
            if any(_SEARCHES.search(text[line - 1]) for line in lines if line <= len(text)):
                return True
            if _requires_found(subject, module):
                return True
    return False


def _requires_found(subject: Subject, module: Module) -> bool:
    """Return whether a file requires at once what node-pre-gyp says where its binary would be."""
    asks = any(a.level == EAGER and a.request.specifier in _FINDERS for a in module.asked)
    names = {
        match[1]
        for item in module.facts.unfollowed
        for match in [_REQUIRED_NAME.fullmatch(item.expression)]
        if asks and item.level == EAGER and match is not None
    }
    content = subject.read_bytes(relative(module.path)) if names else b""
    found = {match[1].decode() for match in _FINDS.finditer(content)}
    return bool(names & found)


def _asks_for_addon(subject: Subject, package: str) -> bool:
    """Return whether a reached file of the package asks for a binary that is absent."""
    start = close(subject)
    if start is None:
        return False
    return any(
        isinstance(asked.answer, Failure)
        and (".node" in asked.request.specifier or "build/" in asked.request.specifier)
        for path, module in start.walk.modules.items()
        if find_package(relative(path)) == package
        for asked in module.asked
    )


def _check_prisma(subject: Subject) -> Iterator[Finding]:
    """Yield one finding for Prisma's client, which a script generates into `.prisma`."""
    start = close(subject)
    if start is None or _PRISMA not in subject.folders or _GENERATED in subject.listing.by_name:
        return
    is_requested = any(
        asked.request.specifier.startswith(".prisma/")
        for path, module in start.walk.modules.items()
        if relative(path).startswith(f"{_PRISMA}/")
        for asked in module.asked
    )
    if is_requested:
        message = (
            f"`{_PRISMA}` needs the generated client in `node_modules/.prisma/client`, which "
            "is absent"
        )
        yield Finding(
            "script-needed",
            "warning",
            _PRISMA,
            message,
            "run `prisma generate` with an `output` among the project's own files, and import that",
        )


def _locked(lockfile: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield location and entry of each package, for every version of the format."""
    packages = lockfile.get("packages")
    if isinstance(packages, Mapping):
        for location, entry in packages.items():
            if isinstance(entry, Mapping):
                yield location, entry
        return
    pending = [("", lockfile.get("dependencies"))]
    while pending:
        parent, dependencies = pending.pop()
        for name, entry in dependencies.items() if isinstance(dependencies, Mapping) else ():
            if isinstance(entry, Mapping):
                location = f"{parent}/node_modules/{name}".lstrip("/")
                yield location, entry
                pending.append((location, entry.get("dependencies")))
