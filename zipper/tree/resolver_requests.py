"""What the resolver needs from outside, and in which shape the answers come.

The resolver is a generator: it yields one of these and receives the answer, or the `ZipperError`
in its place is thrown in. `soon` names the packuments that it will probably need next; they may be
fetched meanwhile, or not.

    request           answer                                    expected errors
    PackumentRequest  Packument                                 E404, E403, ...
    ManifestRequest   FetchedManifest                           ENOENT, E404, EGIT ...
    DirectoryRequest  Manifest, None where there is no package.json
    InnerManifests    path in the package -> decoded JSON: every package.json below node_modules,
                      and npm-shrinkwrap.json
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.npm.package_json import Manifest
    from zipper.npm.packument import Packument
    from zipper.npm.spec import Spec
    from zipper.tree.prefetch import Wish

__all__ = [
    "Answer",
    "DirectoryRequest",
    "FetchedManifest",
    "InnerManifests",
    "ManifestRequest",
    "PackumentRequest",
    "ResolverRequest",
]


class PackumentRequest(NamedTuple):
    """The packument of the registry package `name`.

    The tree itself needs `libc` and, with `before`, `time`; the lockfile records the licence too:
    all three are in the registry's full document only, which is what npm asks for.
    """

    name: str
    soon: tuple[Wish, ...] = ()


class ManifestRequest(NamedTuple):
    """The package.json of what a `remote`, `git` or `file` spec points at.

    So of a `directory` that is to be installed as a copy.
    """

    spec: Spec
    soon: tuple[Wish, ...] = ()


class DirectoryRequest(NamedTuple):
    """The package.json in the directory `path` (absolute)."""

    path: str
    soon: tuple[Wish, ...] = ()


class InnerManifests(NamedTuple):
    """The manifests inside a package that brings its own node_modules or shrinkwrap."""

    name: str
    version: str
    resolved: str
    integrity: str | None
    soon: tuple[Wish, ...] = ()


class FetchedManifest(NamedTuple):
    """A manifest that came without a packument, and where it came from.

    `resolved` is what the lockfile records: a URL, a git URL with its commit, `file:` and an
    absolute path.
    """

    manifest: Manifest
    resolved: str
    integrity: str | None = None


ResolverRequest: TypeAlias = PackumentRequest | ManifestRequest | DirectoryRequest | InnerManifests

Answer: TypeAlias = "Packument | FetchedManifest | Manifest | Mapping[str, object] | None"
