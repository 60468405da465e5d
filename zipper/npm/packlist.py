"""What a folder packs: the files that npm would put into the package made from it.

In: the paths of a folder (and of the folders that its links lead to), and a function that reads
ignore files and package.json files on demand. Out: paths, in npm's order.

Source: npm-packlist 10 lib/index.js on ignore-walk 8, the ones of npm 11.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from zipper.npm import folder_path
from zipper.npm.collation import CollationKey, collation_key
from zipper.npm.packlist_package import load_package
from zipper.npm.packlist_rules import IgnoreListing, list_tree
from zipper.npm.packlist_walk import Folder, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["list_packed"]

_ALL_SOURCES: Final = ("default", "package.json", ".npmignore", ".gitignore", "strict")
NO_LINKS: Final[Mapping[str, str]] = MappingProxyType({})


def list_packed(
    files: Iterable[str],
    *,
    read_text: Callable[[str], str],
    project: str = "",
    links: Mapping[str, str] = NO_LINKS,
    prefix: str | None = None,
    workspaces: Iterable[str] = (),
) -> list[str]:
    """Return the packed files of `project`, relative to it, in npm's order.

    Args:
        files: regular files, `/`-separated, relative to one top folder; no links, no devices.
        read_text: returns the text of one of `files`; asked for ignore files and package.json.
        project: the folder to pack, relative to the top; empty for the top itself.
        links: path of a link to the path that it leads to, both relative to the top. A linked
            folder is packed only where it is a bundled dependency.
        prefix: the folder of the workspace root, where it is known; with it, a workspace keeps the
            ignore rules of the folders above it, and the root leaves its workspaces out.
        workspaces: the folders of the workspaces, relative to the top.

    Raises:
        Nothing of its own: a package.json that cannot be read counts as empty. What `read_text`
        raises passes through.
    """
    listing = IgnoreListing(list_tree(files, links), links, read_text)
    packer = _Packer(listing, folder_path.normalize(project))
    rules = _extra_rules(listing, packer.project, prefix, frozenset(workspaces))
    top = load_package(listing, packer.project)
    folder = Folder(
        path=packer.project,
        real=packer.project,
        package=top,
        sources=_ALL_SOURCES,
        extra_rules=rules,
    )
    packer.pack(folder, is_project=True)
    return sorted(packer.found, key=_order)


@dataclass(slots=True)
class _Packer:
    """The packing of one project: its folder, then the packages that it bundles."""

    listing: IgnoreListing
    project: str
    found: dict[str, None] = field(default_factory=dict)
    _seen: set[str] = field(default_factory=set)

    def pack(self, folder: Folder, *, is_project: bool = False) -> None:
        """Add the files of a package, and of what it bundles, once for each package."""
        for path in walk(self.listing, folder):
            self.found[folder_path.relative(self.project, path)] = None
        if folder.real in self._seen:
            return
        self._seen.add(folder.real)
        package = folder.package
        names = package.bundled if is_project else package.dependencies
        for name in names:
            if name in package.packable and (place := self._find(folder.real, name)):
                self.pack(self._bundled_folder(place))

    def _find(self, start: str, name: str) -> str | None:
        """Return the folder or link that `name` finds from `start`, inside of the project."""
        place = start
        while True:
            path = folder_path.resolve(place, f"node_modules/{name}")
            if path in self.listing.links or self.listing.is_folder(path):
                return path
            if place == self.project or not place:
                return None
            place = place.rpartition("/")[0]

    def _bundled_folder(self, path: str) -> Folder:
        """Return how a bundled package is walked: ignore files count only behind a link."""
        target = self.listing.links.get(path)
        real = path if target is None else folder_path.normalize(target)
        return Folder(
            path=path,
            real=real,
            package=load_package(self.listing, real),
            sources=("package.json", "strict") if target is None else _ALL_SOURCES,
        )


def _extra_rules(
    listing: IgnoreListing, project: str, prefix: str | None, workspaces: frozenset[str]
) -> tuple[str, ...]:
    """Return the rules that a workspace inherits from above, or that leave workspaces out."""
    if prefix is None or not workspaces:
        return ()
    top = folder_path.normalize(prefix)
    known = _normalize(workspaces)
    if project == top:
        return tuple(folder_path.relative(project, workspace) for workspace in sorted(known))
    if project not in known:
        return ()
    rules: list[str] = []
    place = top
    for part in ["", *folder_path.relative(top, project).split("/")[:-1]]:
        place = folder_path.resolve(place, part) if part else place
        for name in (".npmignore", ".gitignore"):
            text = listing.read(place, name)
            if text is not None:
                rules += text.split("\n")
                break
    return tuple(rules)


@lru_cache(maxsize=4)
def _normalize(folders: frozenset[str]) -> frozenset[str]:
    """Return the folders of a workspace: each of its members asks for all of them."""
    return frozenset(map(folder_path.normalize, folders))


def _order(path: str) -> tuple[CollationKey, CollationKey, CollationKey]:
    """Sort by extension, then by name, then by path, which helps compression."""
    base = path.rpartition("/")[2].lower()
    stem, dot, extension = base.rpartition(".")
    suffix = f".{extension}" if dot and stem.strip(".") else ""
    shown = f"./{path}" if path.startswith("@") else path
    return collation_key(suffix), collation_key(base), collation_key(shown)
