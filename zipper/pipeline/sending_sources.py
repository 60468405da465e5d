"""What workers without this disk need of it: the files that their builds read, in a shared store.

In: requests with whole paths. Out: the digest of a pack, and for each request the error that stops
it here. Effects: reads the projects, puts blobs. No credential goes there: of an `.npmrc` the lines
that have one are empty, and any other file that has one is an error (ESECRET).
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.checks.secret_rules import find_secret_contents
from zipper.errors import ProjectError, UsageError, ZipperError
from zipper.files import is_executable
from zipper.named_tuple import NamedTuple
from zipper.npm.lockfile_formats import FORMATS, NPM_LOCKFILES
from zipper.npm.npmrc_secrets import find_secrets, find_tool_secrets, without_secrets
from zipper.pipeline.planning import choose_own_files, read_function_project
from zipper.pipeline.session import Circumstances, Once
from zipper.pipeline.source_files import list_members, list_read
from zipper.project.own_files import find_reason
from zipper.sharing.blobs import Blobs
from zipper.sharing.objects import UnreachableError, open_objects
from zipper.sharing.signing import SECRET
from zipper.sharing.source_pack import SMALL_BYTES, PackedSource, SourcePack, write_pack

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from zipper.project.own_files import OwnFiles
    from zipper.settings.build_request import BuildRequest

__all__ = ["AT_ONCE", "SentSources", "SourceSender", "open_blobs"]

AT_ONCE: Final = 8
"""Requests to a store at a time."""

_TOOL_SETTINGS: Final = (".yarnrc.yml", "bunfig.toml")
_TEXTS: Final = frozenset({"package.json", *NPM_LOCKFILES, *FORMATS, *_TOOL_SETTINGS})
_SEARCHED_BYTES: Final = 4 << 20
_RETRIES: Final = 5
"""There is no other way to workers without this disk."""

_LINKS_MAX: Final = 40
"""Of one path; Linux follows as many."""


class SentSources(NamedTuple):
    """What the functions of a batch are built of elsewhere."""

    digest: str
    errors: tuple[ZipperError | None, ...]
    """Of each request: what stops it before it is sent."""


def open_blobs(url: str) -> Blobs:
    """Return the blobs of the shared store at `url`; nothing is requested yet.

    Raises:
        UsageError: EUSAGE for an address that cannot be used, or without obstore.
    """
    return Blobs(open_objects(url, environ=os.environ, retries=_RETRIES))


class SourceSender:
    """Puts the files of projects into a shared store, each once."""

    def __init__(self, blobs: Blobs) -> None:
        self.blobs = blobs
        self._shared = Once()
        self._there: set[str] = set()

    def send(self, requests: Sequence[BuildRequest], *, lost: Collection[str] = ()) -> SentSources:
        """Put all that `requests` read; what is `lost` is put again, whatever is there.

        Raises:
            UsageError: EWORKERS where the store takes nothing.
        """
        self._there.difference_update(lost)
        sources = _Sources()
        errors: list[ZipperError | None] = []
        for request in requests:
            try:
                for one in (request, *request.uses):
                    self._add(one, sources)
                errors.append(None)
            except ZipperError as error:
                errors.append(error)
        data = sources.pack()
        digest = hashlib.sha256(data).hexdigest()
        try:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                put = [
                    pool.submit(self._put_file, path, one, lost)
                    for one, path in sources.large.items()
                    if one not in self._there
                ]
                for future in put:
                    future.result()
            if digest not in self._there:
                self.blobs.put(data, digest, replace=digest in lost)
        except UnreachableError as cause:
            raise UsageError(
                "EWORKERS",
                f"workers do not see this disk, and the shared store takes nothing: {cause}",
                hint="let this machine write to `store_url`, or give the workers the same disk",
            ) from cause
        self._there.update((digest, *sources.large))
        return SentSources(digest, tuple(errors))

    def _add(self, request: BuildRequest, sources: _Sources) -> None:
        io = Circumstances.of(request, None, shared=self._shared)
        project = read_function_project(request, io)
        if request.kind != "layer":  # whose folder is no part of it
            for found in choose_own_files(request, project, io):
                for name in found.files:
                    sources.add(found.root / name)
                sources.leave_out(found)
        for path in list_read(request, project, io):
            sources.add(path)
        sources.add(project.root / ".npmrc", is_npmrc=True)
        if project.root not in sources.roots:
            sources.roots.add(project.root)
            for path in list_members(project, io):
                sources.add(path)

    def _put_file(self, path: str, digest: str, lost: Collection[str]) -> None:
        data = Path(path).read_bytes()
        if hashlib.sha256(data).hexdigest() != digest:
            raise ProjectError("EREAD", f"`{path}` was changed while it was read")
        self.blobs.put(data, digest, replace=digest in lost)


class _Sources:
    """The files of a batch, as they are added."""

    def __init__(self) -> None:
        self.large: dict[str, str] = {}
        """Digest to path."""
        self.roots: set[Path] = set()
        self._seen: set[str] = set()
        self._files: dict[str, tuple[PackedSource, bytes]] = {}
        self._links: dict[str, str] = {}
        self._targets: dict[str, str | None] = {}
        self._left_out: dict[str, str] = {}

    def add(self, path: Path, *, is_npmrc: bool = False) -> None:
        """Add a file where one is there, and the links that lead to it.

        Raises:
            ProjectError: EREAD; ESECRET for one with a secret.
        """
        text = os.path.abspath(path)  # noqa: PTH100  (links stay)
        if text in self._seen:
            return
        self._seen.add(text)
        real = self._follow(text)
        if real in self._files or not os.path.isfile(real):  # noqa: PTH113  (thousands of them)
            return
        try:
            data, mode = Path(real).read_bytes(), os.stat(real).st_mode  # noqa: PTH116  (the same)
        except OSError as cause:
            raise ProjectError("EREAD", f"cannot read `{path}`: {cause.strerror}") from cause
        if is_npmrc:
            shown = data.decode("utf-8", "surrogateescape")
            data = without_secrets(shown).encode("utf-8", "surrogateescape")
        _refuse_secrets(path, data)
        digest = None
        if len(data) > SMALL_BYTES:
            digest = hashlib.sha256(data).hexdigest()
            self.large[digest] = real
        row = PackedSource(real, is_executable(mode, data), len(data), digest)
        self._files[real] = (row, b"" if digest else data)

    def leave_out(self, choice: OwnFiles) -> None:
        """Add that files are there which are never packed."""
        for item in choice.left_out:
            kind = "folder" if item.path.endswith("/") else "file"
            if item.is_link:
                kind = "link" if item.is_there else "broken"
            parent, _, name = os.path.join(choice.root, item.path.rstrip("/")).rpartition("/")  # noqa: PTH118  (the slash)
            self._left_out[f"{self._follow(parent)}/{name}"] = kind

    def pack(self) -> bytes:
        """Return the pack."""
        rows = [self._files[path] for path in sorted(self._files)]
        pack = SourcePack(
            tuple(row for row, _ in rows),
            tuple(sorted(self._links.items())),
            tuple(sorted(item for item in self._left_out.items() if item[0] not in self._files)),
        )
        return write_pack(pack, [data for _, data in rows])

    def _follow(self, path: str) -> str:
        """Return a path without links, which are added."""
        done, waiting, links = "", path.split("/")[:0:-1], 0
        while waiting:
            part = waiting.pop()
            if part in ("", "."):
                continue
            if part == "..":
                done = done.rpartition("/")[0]
                continue
            here = f"{done}/{part}"
            target = self._read_link(here)
            if target is None:
                done = here
                continue
            links += 1
            if links > _LINKS_MAX:
                return path
            self._links[here] = target
            done = "" if target.startswith("/") else done
            waiting += target.split("/")[::-1]
        return done

    def _read_link(self, path: str) -> str | None:
        if path not in self._targets:
            try:
                self._targets[path] = os.readlink(path)  # noqa: PTH115  (thousands of them)
            except OSError:
                self._targets[path] = None
        return self._targets[path]


def _find_keys(data: bytes) -> Iterator[tuple[int, str]]:
    yield from find_secret_contents(data)
    at = data.find(SECRET.encode())
    if at >= 0:
        yield data.count(b"\n", 0, at) + 1, "the key that signs claims"


def _refuse_secrets(path: Path, data: bytes) -> None:
    """Refuse a file that holds a credential, or may: a shared store has many readers."""
    name, what = path.name, None
    text = data.decode("utf-8", "replace") if name in _TEXTS or name == ".npmrc" else ""
    if name in _TEXTS:
        lines = find_tool_secrets(text, is_settings=name in _TOOL_SETTINGS)
    else:
        lines = find_secrets(text)
    if lines:
        what = f"line {lines[0]} has a credential"
    elif name not in (".npmrc", "pyproject.toml") and find_reason(name, path) is not None:
        what = "it may hold secrets"
    elif len(data) <= _SEARCHED_BYTES and "node_modules" not in path.parts:
        line, told = next(_find_keys(data), (0, ""))
        what = f"line {line} has {told}" if line else None
    if what is not None:
        raise ProjectError(
            "ESECRET",
            f"`{path}` does not go into a shared store: {what}",
            hint="leave it out, or write `${VARIABLE}` and set the variable where functions are "
            "built; or build where the disk is the same, such as with `--workers N`",
        )
