"""Whether a package fits a platform and its engines.

In: a manifest and the platform of the function. Out: a verdict, or npm's error. What follows from
a verdict (an optional package is left out, a required one is an error) is the tree's decision.

Source: npm-install-checks 8, the one of npm 11.
Deviation: npm asks the machine it runs on where nothing is given; here the caller gives it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.errors import ResolutionError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.npm.package_json import Manifest

__all__ = ["check_engine", "check_platform", "engines_admit", "fits_engine", "fits_platform"]


def fits_platform(
    manifest: Manifest, *, os: str, cpu: str, libc: str | None, force: bool = False
) -> bool:
    """Return whether `os`, `cpu` and `libc` of the manifest admit the platform.

    Args:
        manifest: only the three fields are read.
        os: npm's name, such as `linux` or `win32`.
        cpu: npm's name, such as `x64` or `arm64`.
        libc: `glibc` or `musl`; None where the platform has neither, and then a package that
            names one does not fit.
        force: whatever the manifest says.
    """
    if force:
        return True
    libc_fits = not manifest.libc if libc is None else _admits(libc, manifest.libc)
    return libc_fits and _admits(os, manifest.os) and _admits(cpu, manifest.cpu)


def fits_engine(
    manifest: Manifest,
    *,
    node_version: str | None,
    npm_version: str | None = None,
    force: bool = False,
) -> bool:
    """Return whether `engines.node` and `engines.npm` admit the versions; None is not checked.

    `force` forgives Node's version, never npm's. Prereleases count as ordinary versions, and a
    range that cannot be read admits nothing.
    """
    return engines_admit(manifest.engines, None if force else node_version, npm_version)


def engines_admit(
    engines: Mapping[str, str], node_version: str | None, npm_version: str | None
) -> bool:
    """Return whether `engines` admits the versions; None is not checked."""
    if not engines:
        return True
    node = _engine_admits(engines, "node", node_version)
    return node and _engine_admits(engines, "npm", npm_version)


def check_platform(
    manifest: Manifest, *, os: str, cpu: str, libc: str | None, force: bool = False
) -> None:
    """Do nothing where the package fits the platform.

    Raises:
        ResolutionError: EBADPLATFORM, with what is wanted and what there is.
    """
    if fits_platform(manifest, os=os, cpu=cpu, libc=libc, force=force):
        return
    rows = (("os", os, manifest.os), ("cpu", cpu, manifest.cpu), ("libc", libc, manifest.libc))
    facts = [
        (label, f"{actual or 'none'}, wanted {', '.join(w)}") for label, actual, w in rows if w
    ]
    raise ResolutionError(
        "EBADPLATFORM",
        f"`{_identify(manifest)}` does not run on the function's platform",
        facts=tuple(facts),
        hint="choose another architecture, or a package that is built for this one; a package "
        "that may be missing belongs into `optionalDependencies`",
    )


def check_engine(
    manifest: Manifest,
    *,
    node_version: str | None,
    npm_version: str | None = None,
    force: bool = False,
) -> None:
    """Do nothing where the package's engines admit the versions; see `fits_engine`.

    Raises:
        ResolutionError: EBADENGINE, with what is wanted and what there is.
    """
    if fits_engine(manifest, node_version=node_version, npm_version=npm_version, force=force):
        return
    rows = (("node", node_version), ("npm", npm_version))
    facts = [
        (name, f"{actual}, wanted {manifest.engines[name]}")
        for name, actual in rows
        if actual and manifest.engines.get(name)
    ]
    raise ResolutionError(
        "EBADENGINE",
        f"`{_identify(manifest)}` requires other engines",
        facts=tuple(facts),
        hint="choose a runtime whose Node fits, or a version of the package that fits this one",
    )


def _engine_admits(engines: Mapping[str, str], name: str, version: str | None) -> bool:
    wanted = engines.get(name)
    if not (version and wanted):
        return True
    from zipper.npm.semver import satisfies  # noqa: PLC0415  (most builds need no version)

    return satisfies(version, wanted, include_prerelease=True)


def _admits(value: str, words: Sequence[str]) -> bool:
    """Return whether a list such as `["linux", "!win32"]` admits `value`.

    It must name none that is excluded and, unless it only excludes, `value` itself.
    """
    if not words or tuple(words) == ("any",):
        return True
    if f"!{value}" in words:
        return False
    return value in words or all(word.startswith("!") for word in words)


def _identify(manifest: Manifest) -> str:
    return f"{manifest.name}@{manifest.version}" if manifest.version else manifest.name
