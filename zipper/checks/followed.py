"""What following a module came to, kept for other zips that have the same packages.

In: a module, its answers, and where they were looked for. Out: the same in another zip, as long as
all that they rest on is there: the packages that were looked into, byte for byte, and whether the
places outside of packages are folders. What an own file decides is never kept. It is in memory for
the zips of a run, and noted for those of later ones, so that a changed source costs no walk through
packages that stayed as they were.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from zipper.checks.file_facts import FactKey, encode, read_facts
from zipper.checks.filesystem import Sightings
from zipper.checks.module_resolution import Failure, Found
from zipper.checks.package_maps import PackageFile
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from zipper.checks.file_facts import Facts, FactsCache
    from zipper.checks.filesystem import FileSystem
    from zipper.checks.module_resolution import Resolver
    from zipper.checks.parts import Known
    from zipper.checks.walk import Module, ModuleKind

__all__ = ["Answered", "Followed", "FollowedModules"]

_MANIFEST: Final = "/package.json"
_OTHERS_MAX: Final = 4
"""Of one file: answers in as many surroundings are kept."""

_Kept = dict[tuple[str, bool], tuple["Followed", ...]]
"""By path, and whether `require` was first to reach it."""

Answered = tuple[int, int, Found | Failure]
"""Which of a file's requests, its level where the file runs at once, and what it finds."""


class Followed(NamedTuple):
    """One module, its requests answered."""

    kind: ModuleKind
    facts: Facts
    answers: Sequence[Answered]
    packages: Mapping[str, PackageFile]
    """The package.json files that were read to answer, by their folders."""
    sightings: Sightings


class FollowedModules:
    """Those of one walk: recalled from other zips, and kept for them.

    Args:
        files: where the modules are.
        resolver: answers their requests.
        given: all besides files that decides: the target, flags, variables.
        cache: what remembers for later runs.
    """

    def __init__(
        self, files: FileSystem, resolver: Resolver, given: object, cache: FactsCache | None
    ) -> None:
        self._files = files
        self._packages = resolver.packages
        self._cache = cache
        circumstances = repr((resolver.circumstances, given)).encode("utf-8", "surrogatepass")
        self._given = hashlib.sha256(circumstances).hexdigest()
        self._noted: dict[str, bytes] = {}
        """What earlier runs have noted, by the digest of a part; decoded where it is needed."""
        self._fresh: dict[str, Known] = {}
        self._judged: dict[int, tuple[Sightings, bool]] = {}
        """Sightings by identity, and whether this zip has them: files of a package share theirs."""

    def load(self) -> None:
        """Look for notes about the packages of this zip, but those that this run knows."""
        if self._cache is not None:
            unknown = [one.digest for one in self._files.parts if self._given not in one.memory]
            found = self._cache.get_many([self._key(digest) for digest in unknown])
            self._noted = {key[-1]: text for key, text in found.items()}

    def save(self) -> None:
        """Note what is new, but what is nested too deep for it."""
        if self._cache is not None and self._fresh:
            fresh: dict[FactKey, bytes] = {}
            for digest, known in self._fresh.items():
                with contextlib.suppress(RecursionError):
                    fresh[self._key(digest)] = _encode(self._of(known))
            self._cache.put_many(fresh)
        self._fresh = {}

    def recall(self, path: str, *, required: bool) -> Followed | None:
        """Return what is known of a file; None where it, or what it rests on, is not the same."""
        kept = self._files.known_at(path)
        if kept is None:
            return None
        for followed in self._of(kept).get((path, required), ()):
            sightings = followed.sightings
            judged = self._judged.get(id(sightings))
            if judged is None:
                judged = self._judged[id(sightings)] = sightings, self._files.has(sightings)
            if judged[1]:
                self._packages.known.update(followed.packages)
                return followed
        return None

    def keep(self, module: Module, answers: list[Answered], looked: set[str]) -> None:
        """Keep what following `module` came to.

        Args:
            module: with its kind and facts.
            answers: with levels as if the module ran at once.
            looked: every path that was looked at for them.
        """
        kept = self._files.known_at(module.path)
        sightings = None if kept is None else self._files.find_sightings({*looked, module.path})
        if kept is None or sightings is None or module.kind == "unread":
            return
        known = self._packages.known
        folders = [path[: -len(_MANIFEST)] for path in sorted(looked) if path.endswith(_MANIFEST)]
        packages = {at: known[at] for at in folders if at in known and known[at].exists}
        sightings = kept.memory.setdefault(sightings, sightings)
        followed = Followed(module.kind, module.facts, answers, packages, sightings)
        rows, key = self._of(kept), (module.path, module.required)
        rows[key] = (followed, *rows.get(key, ())[: _OTHERS_MAX - 1])
        self._fresh[kept.digest] = kept

    def _of(self, kept: Known) -> _Kept:
        """Return what is known of the files of a part."""
        rows: _Kept | None = kept.memory.get(self._given)
        if rows is None:
            with kept.lock:  # of functions that are judged at once, one decodes
                rows = kept.memory.get(self._given)
                if rows is None:
                    noted = self._noted.get(kept.digest)
                    rows = kept.memory[self._given] = {} if noted is None else _decode(noted)
        return rows

    def _key(self, digest: str) -> FactKey:
        return ("followed", self._given, digest)


class _Table:
    """Values that many rows share, each written once."""

    def __init__(self) -> None:
        self.values: list[object] = []
        self._numbers: dict[int, int] = {}

    def number(self, value: object) -> int:
        """Return where `value` is, known by its identity."""
        number = self._numbers.setdefault(id(value), len(self.values))
        if number == len(self.values):
            self.values.append(value)
        return number


def _encode(rows: _Kept) -> bytes:
    packages, sightings = _Table(), _Table()
    modules = [
        (
            *(path, required, one.kind, one.facts, one.answers),
            [packages.number(package) for package in one.packages.values()],
            sightings.number(one.sightings),
        )
        for (path, required), others in list(rows.items())
        for one in others
    ]
    return encode((packages.values, sightings.values, modules))


def _decode(text: bytes) -> _Kept:
    """Return what is noted; nothing where it has another form."""
    try:
        packages, sightings, modules = json.loads(text)
        return _read_rows(
            [PackageFile(*row) for row in packages],
            [Sightings(tuple(map(tuple, parts)), tuple(map(tuple, at))) for parts, at in sightings],
            modules,
        )
    except (ValueError, TypeError, LookupError, RecursionError):
        return {}


def _read_rows(
    packages: Sequence[PackageFile], sightings: Sequence[Sightings], modules: Sequence[Any]
) -> _Kept:
    rows: _Kept = {}
    for path, required, kind, facts, answers, numbers, number in modules:
        followed = Followed(
            kind,
            read_facts(facts),
            list(_read_answers(answers)),
            {packages[at].folder: packages[at] for at in numbers},
            sightings[number],
        )
        rows[path, required] = (*rows.get((path, required), ()), followed)
    return rows


def _read_answers(answers: Sequence[Any]) -> Iterator[Answered]:
    """Yield answers as they were: what was found has two fields."""
    for number, level, answer in answers:
        yield number, level, (Found if len(answer) == len(Found._fields) else Failure)(*answer)
