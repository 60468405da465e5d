"""What following a module came to, kept for the zips of a run that share packages.

In: a module, its answers, and where they were looked for. Out: the same in another zip, as long as
all that they rest on is there: the packages that were looked into, byte for byte, and whether the
places outside of packages are folders. What an own file decides is never kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.checks.file_facts import Facts
    from zipper.checks.filesystem import FileSystem, Sightings
    from zipper.checks.module_resolution import Resolver
    from zipper.checks.package_maps import PackageFile
    from zipper.checks.walk import Asked, Module, ModuleKind

__all__ = ["Followed", "FollowedModules"]

_OTHERS_MAX: Final = 4
"""Of one file: answers in as many surroundings are kept."""


class Followed(NamedTuple):
    """One module, its requests answered as for the handler's own level."""

    kind: ModuleKind
    facts: Facts
    asked: list[Asked]
    packages: Mapping[str, PackageFile]
    """The package.json files that were read to answer, by their folders."""
    sightings: Sightings


class FollowedModules:
    """Those of one walk: recalled from other zips, and kept for them.

    Args:
        files: where the modules are.
        resolver: answers their requests.
        given: all besides files that decides: the target, flags, variables.
    """

    def __init__(self, files: FileSystem, resolver: Resolver, given: object) -> None:
        self._files = files
        self._packages = resolver.packages
        # A text, whose hash is worked out once a walk.
        self._given = repr((resolver.circumstances, given))
        self._judged: dict[int, tuple[Sightings, bool]] = {}
        """Sightings by identity, and whether this zip has them: files of a package share theirs."""

    def recall(self, path: str, *, required: bool) -> Followed | None:
        """Return what is known of a file; None where it, or what it rests on, is not the same."""
        kept = self._files.known_at(path)
        if kept is None:
            return None
        for followed in kept.memory.get((self._given, path, required), ()):
            sightings = followed.sightings
            judged = self._judged.get(id(sightings))
            if judged is None:
                judged = self._judged[id(sightings)] = sightings, self._files.has(sightings)
            if judged[1]:
                self._packages.known.update(followed.packages)
                return followed  # type: ignore[no-any-return]  # as kept below
        return None

    def keep(self, module: Module, asked: list[Asked], looked: set[str]) -> None:
        """Keep what following `module` came to.

        Args:
            module: with its kind and facts.
            asked: its answers, with levels as if the module ran at once.
            looked: every path that was looked at for them.
        """
        kept = self._files.known_at(module.path)
        sightings = None if kept is None else self._files.find_sightings({*looked, module.path})
        if kept is None or sightings is None or module.kind == "unread":
            return
        known = self._packages.known
        folders = [path.removesuffix("/package.json") for path in looked]
        packages = {at: known[at] for at in folders if at in known and known[at].exists}
        sightings = kept.memory.setdefault(sightings, sightings)
        followed = Followed(module.kind, module.facts, asked, packages, sightings)
        key = (self._given, module.path, module.required)
        kept.memory[key] = (followed, *kept.memory.get(key, ())[: _OTHERS_MAX - 1])
