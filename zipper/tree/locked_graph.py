"""What a lockfile says, in any format: which instance each name reaches from each package.

In: a lockfile's reader, or npm's tree (`zipper.tree.graph_of_tree`). Out: a frozen value that says
nothing of folders; `zipper.tree.hoist` lays it out in node_modules.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from zipper.npm.package_json import Manifest
from zipper.tree.model import ROOT, Node

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Instance", "LockedGraph", "make_node"]

_NO_TARGETS: Final[Mapping[str, str]] = MappingProxyType({})


class Instance(NamedTuple):
    """One package in one context: two instances of one version differ in what they reach.

    The kind of each dependency and the spec that was asked for are in the manifest, as
    `zipper.tree.model.list_dependencies` reads them.
    """

    manifest: Manifest = Manifest()
    """As far as the lockfile knows it: name, version, os, cpu, libc, engines, dependencies."""
    targets: Mapping[str, str] = _NO_TARGETS
    """The name that code asks for (an alias where there is one) to the key of the instance.

    A name that reaches nothing is not in it: an optional peer that nothing provides, or an optional
    dependency that was left out.
    """
    peer_targets: Mapping[str, str] = _NO_TARGETS
    """What a peer reaches where nothing else provides it: a package that is installed for it, or,
    for a folder with a development dependency of that name, what it finds without this one."""
    resolved: str | None = None
    """Where the tarball is: a URL, a `git+` address or a `file:` spec; None for the registry's."""
    integrity: str | None = None
    folder: str | None = None
    """For a package that lies on this disk: its folder, relative to the lockfile's, `/`-separated.

    An importer, a member of the workspace, the target of a link; "" for the lockfile's own folder.
    """
    bundled_in: str | None = None
    """The key of the instance whose tarball holds this one; it is in no other folder."""
    patches: tuple[str, ...] = ()
    """The patches that are applied to it, in order, as the lockfile names them: files relative to
    its folder, or hashes; yarn's begin with `optional!` where they may fail."""
    has_shrinkwrap: bool = False
    checksum: str = ""
    """yarn's own, of what it makes of the tarball; as the lockfile has it."""

    @property
    def label(self) -> str:
        """`name@version`, for messages; the folder of a package that has neither."""
        name = self.manifest.name or self.folder or "the root"
        return f"{name}@{self.manifest.version}" if self.manifest.version else name


class LockedGraph(NamedTuple):
    """Instances by key, and the folders that have dependencies of their own.

    Keys mean nothing but identity; readers take the lockfile's own, which are the same whatever
    the order of the file.
    """

    instances: Mapping[str, Instance]
    importers: Mapping[str, str]
    """The folder, relative to the lockfile's ("" is that one), to the key of its instance."""


def make_node(location: str, name: str, own: Instance) -> Node:
    """Return the folder of a layout that holds an instance.

    Args:
        location: where it is; `ROOT` for the importer at the top.
        name: the folder's name; empty for the instance's own.
        own: what is there. A package of this disk is a `file:` folder, which is copied.
    """
    manifest = own.manifest
    folder = own.folder if location != ROOT else None
    return Node(
        location=location,
        name=name or manifest.name,
        manifest=manifest,
        version=manifest.version,
        resolved=own.resolved if folder is None else f"file:{folder}",
        integrity=own.integrity,
        in_bundle=own.bundled_in is not None,
        has_shrinkwrap=own.has_shrinkwrap,
        checksum=own.checksum,
    )
