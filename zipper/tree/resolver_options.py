"""What the resolver is asked to do, and what it answers.

In: values from the project, its `.npmrc` and the command line. Out: values for the pipeline.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, NamedTuple

from zipper.npm.pick import PickOptions
from zipper.npm.workspaces import matches_pattern
from zipper.target import NPM_VERSION
from zipper.tree.prefetch import follow_wish

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.errors import ZipperError
    from zipper.lockfile.yarn_classic import YarnEntry
    from zipper.npm.package_json import Manifest
    from zipper.npm.packument import Packument
    from zipper.tree.model import Tree
    from zipper.tree.prefetch import Wish

__all__ = ["IdealTree", "IdealTreeRequest", "InstallStrategy", "Platform", "ResolverOptions"]

InstallStrategy = Literal["hoisted", "nested", "shallow"]


class Platform(NamedTuple):
    """The machine that required packages must fit, in npm's words."""

    os: str = "linux"
    cpu: str = "x64"
    libc: str | None = "glibc"


class ResolverOptions(NamedTuple):
    """npm's options that decide about the tree, under npm's names."""

    legacy_peer_deps: bool = False
    strict_peer_deps: bool = False
    force: bool = False
    engine_strict: bool = False
    prefer_dedupe: bool = False
    install_strategy: InstallStrategy = "hoisted"
    install_links: bool = False
    """Whether `file:` directories outside the project are copied rather than linked."""
    before: str | None = None
    """An ISO date: versions that were published later do not exist."""
    save: bool = True
    """False, as for `npm ci`: an optional peer that does not fit in the lockfile is left alone."""
    release_age_exclude: tuple[str, ...] = ()
    """Names or globs of packages for which `before` does not count."""
    default_tag: str = "latest"
    omit: frozenset[str] = frozenset()
    """Dependency types whose engines and platforms are not checked."""
    checks_required: bool = True
    """False: the engines and platforms are checked where a part is selected of the tree."""


class IdealTreeRequest(NamedTuple):
    """A project to resolve.

    Paths are absolute and `/`-separated; `path` is the project's, free of symbolic links.
    """

    path: str
    manifest: Manifest
    """The project's package.json, `overrides` and all; see `Manifest.raw`."""
    home: str = "/"
    """The folder that `~` stands for in `file:~/x`."""
    workspaces: Mapping[str, str] = MappingProxyType({})
    """Workspace name to its directory, relative to the project; see `npm.workspaces`."""
    lockfile: Tree | None = None
    """The virtual tree that the lockfile describes; what is still valid in it stays."""
    lockfile_version: int = 3
    """That of the lockfile; version 1 records no manifests, so they are asked for again."""
    locked_manifest: Manifest | None = None
    """package.json as the lockfile recorded it; None where it did not."""
    yarn_lock: Mapping[str, YarnEntry] = MappingProxyType({})
    """What yarn chose, by `name@spec`; for a project without a lockfile of npm's."""
    update: bool | frozenset[str] = False
    """True: forget the lockfile's choices. Names: choose these anew, wherever they are."""
    options: ResolverOptions = ResolverOptions()
    node_version: str = "24.21.0"
    npm_version: str = NPM_VERSION
    platform: Platform = Platform()

    def pick_options(self, name: str) -> PickOptions:
        """Return what steers picking a version of one package; some may be younger than others."""
        options = self.options
        before = options.before
        if before is not None and any(
            name == pattern or matches_pattern(name, pattern)
            for pattern in options.release_age_exclude
        ):
            before = None
        return PickOptions(
            node_version=self.node_version,
            npm_version=self.npm_version,
            before=before,
            default_tag=options.default_tag,
        )

    def follow(self, packument: Packument, wish: Wish) -> list[Wish]:
        """Return what will probably be asked for once `wish` has been answered.

        Unknown where a yarn.lock chooses the versions.
        """
        if self.yarn_lock and self.update is not True:
            return []
        return follow_wish(
            packument,
            wish,
            options=self.pick_options(wish.name),
            legacy_peer_deps=self.options.legacy_peer_deps,
        )


class IdealTree(NamedTuple):
    """The resolved tree; `warnings` are errors in kind that npm only warns about."""

    tree: Tree
    warnings: tuple[ZipperError, ...] = ()
    overridden: Mapping[tuple[str, str], str] = MappingProxyType({})
    """The specs that overrides gave, by the location and the name of a dependency."""
