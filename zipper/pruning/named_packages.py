"""Packages that a request which cannot be followed may name.

In: which package requests which, and the requests. Out: folders. A name that is computed comes from
the package itself or from who uses it; so it is one that these declare: the package, those that
request it, those that request them, and the project.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from zipper.checks.package_maps import split_name
from zipper.checks.subject import find_dependency
from zipper.pruning.files_by_package import OWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.checks.subject import Subject
    from zipper.pruning.files_by_package import PackageFiles
    from zipper.pruning.kept import KeepReason

__all__ = ["NamedPackages"]

_FIELDS: Final = ("dependencies", "optionalDependencies", "peerDependencies")


class NamedPackages:
    """The requests of one zip, and who uses whom."""

    def __init__(self, subject: Subject, files: PackageFiles) -> None:
        self._subject = subject
        self._files = files
        self._users: dict[str, set[str]] = defaultdict(set)
        self._requests: dict[tuple[str, str], KeepReason] = {}
        self._done: set[tuple[str, str]] = set()

    def note(self, asking: str, asked: str) -> None:
        """Note that one package requests a file of another."""
        if asking != asked:
            self._users[asked].add(asking)

    def add(self, folder: str, start: str, reason: KeepReason) -> None:
        """Note a request in the package at `folder` whose name begins with `start`."""
        self._requests.setdefault((folder, start), reason)

    def find(self) -> Iterator[tuple[str, KeepReason]]:
        """Yield the folders that may be named, and why; each once, later ones in a later call."""
        for (folder, start), reason in list(self._requests.items()):
            for user in sorted(self._find_users(folder)):
                if (user, start) not in self._done:
                    self._done.add((user, start))
                    yield from ((found, reason) for found in self._declared(user, start))

    def _find_users(self, folder: str) -> set[str]:
        found, pending = {OWN, folder}, [folder]
        while pending:
            fresh = self._users[pending.pop()] - found
            found |= fresh
            pending += fresh
        return found

    def _declared(self, folder: str, start: str) -> Iterator[str]:
        manifest = self._subject.read_json(f"{folder}/package.json" if folder else "package.json")
        complete = split_name(start) if "/" in start else None
        if complete is not None and (complete[1] == "." or not complete[0]):
            complete = None
        for field in _FIELDS:
            names = manifest.get(field)
            for name in names if isinstance(names, dict) else ():
                if name == complete[0] if complete else name.startswith(start):
                    found = find_dependency(self._subject, folder, name)
                    if found is not None and found in self._files.folders:
                        yield found
