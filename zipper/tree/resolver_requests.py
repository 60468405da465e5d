"""What the resolver asks the outside for, and in which shape the answers come.

The resolver is a generator: it yields one of these and is sent the answer, or the `ZipperError`
that stands for it is thrown in. `soon` on an ask tells for what packuments will probably be asked
next; they may be fetched meanwhile, or not.

    ask               answer                                    errors that are expected
    PackumentAsk      Packument                                 E404, E403, ...
    ManifestAsk       FetchedManifest                           ENOENT, E404, EGIT ...
    DirectoryAsk      Manifest, None where there is no package.json
    TarballAsk        path in the package -> decoded JSON: every package.json below node_modules,
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
    "Ask",
    "DirectoryAsk",
    "FetchedManifest",
    "InnerManifests",
    "ManifestAsk",
    "PackumentAsk",
]


class PackumentAsk(NamedTuple):
    """The packument of the registry package `name`.

    The tree itself needs `libc` and, with `before`, `time`; the lockfile records the licence too:
    all three are in the registry's full document only, which is what npm asks for.
    """

    name: str
    soon: tuple[Wish, ...] = ()


class ManifestAsk(NamedTuple):
    """The package.json of what a `remote`, `git` or `file` spec points at.

    So of a `directory` that is to be installed as a copy.
    """

    spec: Spec
    soon: tuple[Wish, ...] = ()


class DirectoryAsk(NamedTuple):
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


Ask: TypeAlias = PackumentAsk | ManifestAsk | DirectoryAsk | InnerManifests

Answer: TypeAlias = "Packument | FetchedManifest | Manifest | Mapping[str, object] | None"
