"""Registries invented by hypothesis or written down in a few words, for tests of the resolver."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from tests.support.resolving import World
from zipper.npm.package_json import parse_manifest
from zipper.tree.resolver_options import IdealTreeRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

_NAMES = ("a", "b", "c", "d", "e", "f")
_VERSIONS = ("1.0.0", "1.1.0", "2.0.0")
_RANGES = ("*", "^1.0.0", "^2.0.0", "1.0.0", ">=1.1.0", "latest")


def registry(packages: Mapping[str, Mapping[str, Any]]) -> World:
    """Return a registry of `{"a@1.0.0": {"dependencies": {...}}}`; the last version is `latest`."""
    packuments: dict[str, dict[str, Any]] = {}
    for identifier, fields in packages.items():
        name, _, version = identifier.rpartition("@")
        packument = packuments.setdefault(name, {"name": name, "versions": {}})
        packument["versions"][version] = {
            "name": name,
            "version": version,
            "dist": {"tarball": f"https://registry.example/{name}/-/{name}-{version}.tgz"},
            **fields,
        }
        packument["dist-tags"] = {"latest": version}
    return World(packuments=packuments)


def project(manifest: Mapping[str, Any], **request: Any) -> IdealTreeRequest:
    """Return the request to resolve a project with this package.json."""
    raw = {"name": "fn", "version": "1.0.0", **manifest}
    return IdealTreeRequest(path="/project", manifest=parse_manifest(raw), **request)


@st.composite
def invented_registries(draw: st.DrawFn) -> dict[str, dict[str, Any]]:
    """Draw packages that depend on each other in every way, circles included."""
    packages = {}
    for name in _NAMES:
        for version in draw(st.lists(st.sampled_from(_VERSIONS), min_size=1, unique=True)):
            packages[f"{name}@{version}"] = draw(_manifests())
    return packages


def invented_projects() -> st.SearchStrategy[dict[str, Any]]:
    """Draw the dependencies of a project."""
    return st.fixed_dictionaries(
        {"dependencies": _dependencies(min_size=1)},
        optional={"devDependencies": _dependencies(), "optionalDependencies": _dependencies()},
    )


def complete(packages: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return a registry that has every version, so that nothing that is asked for is missing."""
    identifiers = (f"{name}@{version}" for name in _NAMES for version in _VERSIONS)
    return {identifier: packages.get(identifier, {}) for identifier in identifiers}


def _manifests() -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {},
        optional={
            "dependencies": _dependencies(),
            "peerDependencies": _dependencies(max_size=2),
            "optionalDependencies": _dependencies(max_size=1),
            "peerDependenciesMeta": st.dictionaries(
                st.sampled_from(_NAMES), st.just({"optional": True}), max_size=2
            ),
            "os": st.sampled_from([["linux"], ["darwin"]]),
        },
    )


def _dependencies(*, min_size: int = 0, max_size: int = 3) -> st.SearchStrategy[dict[str, str]]:
    return st.dictionaries(
        st.sampled_from(_NAMES), st.sampled_from(_RANGES), min_size=min_size, max_size=max_size
    )
