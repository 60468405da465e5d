"""What a request may find, whatever the kind of the asking file and the minor version of Node.

In: a specifier and who asks. Out: every file that may answer: by `require` and by `import` where
both may ask, with the condition `module-sync` and without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zipper.checks.filesystem import TASK
from zipper.checks.handler_rules import node_path
from zipper.checks.module_resolution import Found, Resolver
from zipper.checks.package_maps import split_name
from zipper.npm.folder_path import find_package

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.subject import Subject
    from zipper.checks.walk import Walk

__all__ = ["Answers"]


class Answers:
    """The answers in one zip, each worked out once."""

    def __init__(self, subject: Subject, walk: Walk) -> None:
        self.files = walk.files
        flags = subject.flags
        other = flags._replace(can_require_modules=not flags.can_require_modules)
        self._resolvers = [walk.resolver]
        if subject.target.details.major >= 20:
            self._resolvers.append(
                Resolver(
                    walk.files,
                    subject.target,
                    node_path(subject),
                    flags=other,
                    provided=subject.provided,
                )
            )
        self._known: dict[tuple[str, str, str], tuple[str, ...]] = {}

    def find(self, specifier: str, kind: str, name: str) -> tuple[str, ...]:
        """Return the absolute paths that a request of the file `name` may find.

        Args:
            specifier: what is requested.
            kind: of `zipper.checks.file_facts.Request`; anything else may be of either kind.
            name: the asking file's, in the zip or absolute.
        """
        parent = name if name.startswith("/") else f"{TASK}/{name}"
        is_path = specifier.startswith((".", "/"))
        key = (specifier, kind, parent.rpartition("/")[0])
        known = self._known.get(key)
        if known is None:
            resolvers = self._resolvers[:1] if is_path else self._resolvers
            found = [
                answer.path
                for resolver in resolvers
                for answer in _ask(resolver, specifier, kind, parent)
                if isinstance(answer, Found) and answer.kind == "file"
            ]
            known = self._known[key] = tuple(dict.fromkeys(found))
        return known

    def find_folder(self, specifier: str, name: str) -> str | None:
        """Return the folder, in the zip, of the package that a specifier is about."""
        if specifier.startswith((".", "/")):
            found = self.find(specifier, "any", name)
            return find_package(found[0].removeprefix(f"{TASK}/")) if found else None
        parts = split_name(specifier)
        place = f"{TASK}/{name}".rpartition("/")[0] if parts is not None else ""
        while parts is not None and place:
            folder = f"{place}/node_modules/{parts[0]}"
            if not place.endswith("/node_modules") and self.files.is_folder(folder):
                return folder.removeprefix(f"{TASK}/")
            place = place.rpartition("/")[0]
        return None

    def find_entries(self, folder: str) -> tuple[str, ...]:
        """Return what a request for the package in `folder` by its bare name may find."""
        before, _, name = folder.rpartition("node_modules/")
        return self.find(name, "any", f"{before}x.js")

    def load(self, place: str) -> str | None:
        """Return the file that `require` finds at the absolute path `place`."""
        found = self._resolvers[0].load_path(place)
        return found.path if isinstance(found, Found) and found.kind == "file" else None

    def manifests(self) -> tuple[str, ...]:
        """Return the package.json files that were read to answer, by their names in the zip."""
        folders = {folder for resolver in self._resolvers for folder in resolver.packages.folders}
        return tuple(
            f"{folder}/package.json".removeprefix(f"{TASK}/")
            for folder in sorted(folders)
            if folder.startswith(f"{TASK}/")
        )


def _ask(resolver: Resolver, specifier: str, kind: str, parent: str) -> Iterator[object]:
    if kind not in ("import", "dynamic", "meta"):
        yield resolver.require(specifier, parent)
    if kind not in ("require", "resolve", "shim"):
        yield resolver.import_(specifier, parent)
