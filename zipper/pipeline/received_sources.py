"""Building, in a worker without the disk of the projects, of what a shared store has of them.

In: the digest of a pack, and requests with whole paths of the other machine. Out: for each function
its package or its error, as that machine would have it, and the files that were written. The files
lie in a folder of the worker's cache while it builds, as far from each other as there; its name is
that of what is in it, so that the same batch is built in the same place each time.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from zipper.errors import StoreError, UsageError, ZipperError
from zipper.files import write_error
from zipper.folders import make_folders, make_private_folders
from zipper.named_tuple import NamedTuple
from zipper.pipeline.building import build_requested
from zipper.pipeline.sending_sources import AT_ONCE
from zipper.pipeline.session import Once
from zipper.scratch import scratch_folder
from zipper.settings.cache_folder import find_cache_dir
from zipper.settings.option_row import PATH_KINDS
from zipper.settings.options import KEYS
from zipper.sharing.objects import UnreachableError
from zipper.sharing.source_pack import read_pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.package import Package
    from zipper.settings.build_request import BuildRequest
    from zipper.sharing.blobs import Blobs
    from zipper.sharing.source_pack import PackedSource, SourcePack

__all__ = ["ElsewhereResult", "WrittenFile", "build_received"]

_OF_THE_MACHINE: Final = ("cache_dir", "node", "store_key")
"""Paths that mean the machine that builds: its cache, its Node, its key."""

_MARKED: Final = b"PRIVATE KEY-----\n[tool.zipper\n"
"""What `zipper.project.own_files` leaves a file out for, where its name does not do."""

_IN: Final = "in"
_OUT: Final = "out"

_Value = TypeVar("_Value")


class WrittenFile(NamedTuple):
    """A file that a build wrote, by the path that it is wanted at."""

    path: str
    digest: str
    """SHA-256, and the blob's name."""
    size_bytes: int
    data: bytes | None
    """Where the store did not take it."""


class ElsewhereResult(NamedTuple):
    """How one function came out."""

    package: Package | None
    error: ZipperError | None
    files: tuple[WrittenFile, ...] = ()


def build_received(
    requests: Sequence[BuildRequest],
    errors: Sequence[ZipperError | None],
    digest: str,
    blobs: Blobs,
    *,
    as_bytes: bool,
) -> list[ElsewhereResult]:
    """Build the requests of a batch of what the store has.

    Args:
        requests: with whole paths.
        errors: of each, what has stopped it before.
        digest: of the pack.
        blobs: where it is.
        as_bytes: send what is written as bytes: the store has lost it.

    Raises:
        UnfoundError: the store does not have a file.
        UsageError: EWORKERS where it does not answer.
        StoreError: ESTORE where the files cannot be written.
    """
    cache = find_cache_dir(None)
    try:
        make_private_folders(cache)
        with scratch_folder("zipper-sources-", within=cache, name=digest[:16]) as folder:
            _unpack(digest, blobs, folder / _IN)
            builder = _Builder(folder, blobs, as_bytes=as_bytes)
            return [
                builder.build(request) if error is None else ElsewhereResult(None, error)
                for request, error in zip(requests, errors, strict=True)
            ]
    except UnreachableError as cause:
        raise UsageError(
            "EWORKERS",
            f"a worker does not reach the shared store: {cause}",
            hint="workers have the credentials of `store_url` in their own variables; see "
            "`python -m zipper help store`",
        ) from cause
    except OSError as cause:
        raise write_error(cause, cache, StoreError) from cause


class _Builder:
    """Builds the functions of one batch, one after the other."""

    def __init__(self, folder: Path, blobs: Blobs, *, as_bytes: bool) -> None:
        self._folder = folder
        self._blobs = blobs
        self._as_bytes = as_bytes
        self._shared = Once()
        self._layers: dict[str, WrittenFile] = {}

    def build(self, request: BuildRequest) -> ElsewhereResult:
        """Build one, and send what was written."""
        try:
            package = build_requested(self._place(request), shared=self._shared)
        except ZipperError as error:
            return ElsewhereResult(None, self._rename_error(error), tuple(self._send(request)))
        return ElsewhereResult(_rename(package, self._places), None, tuple(self._send(request)))

    @property
    def _places(self) -> tuple[str, ...]:
        return (f"{self._folder / _IN}", f"{self._folder / _OUT}")

    def _place(self, request: BuildRequest) -> BuildRequest:
        """Return the request with paths of this machine."""
        read, written = self._places
        layers = {one.output for one in request.uses}

        def place(path: str) -> str:
            if not path.startswith("/"):
                return path  # a word, or a layer's ARN
            return f"{written if path in layers else read}{path}"

        changes: dict[str, Any] = {}
        for row in KEYS.values():
            value = getattr(request, row.field, None)
            if row.kind in PATH_KINDS and value and row.name not in _OF_THE_MACHINE:
                changes[row.field] = tuple(map(place, value)) if row.is_list else place(value)
        if request.output and request.output.startswith("/"):
            changes["output"] = f"{written}{request.output}"
        return request._replace(
            **changes,
            cache_dir=None,
            # A secret key stays where it is: a worker that has none signs nothing.
            store_key=os.environ.get("ZIPPER_STORE_KEY"),
            store_scope=os.environ.get("ZIPPER_STORE_SCOPE"),
            written=tuple(map(place, request.written)),
            uses=tuple(map(self._place, request.uses)),
        )

    def _send(self, request: BuildRequest) -> Iterator[WrittenFile]:
        """Yield what lies where builds write, sent; layers stay there for the next function."""
        top = self._folder / _OUT
        layers = {f"{top}{one.output}" for one in request.uses}
        for path in sorted(top.rglob("*")):
            if not path.is_file():
                continue
            name = str(path)
            if name in layers:
                if name not in self._layers:
                    self._layers[name] = self._send_file(path)
                yield self._layers[name]
            elif name not in self._layers:
                yield self._send_file(path)
                path.unlink()

    def _send_file(self, path: Path) -> WrittenFile:
        data = path.read_bytes()
        name = str(path).removeprefix(str(self._folder / _OUT))
        digest = hashlib.sha256(data).hexdigest()
        if not self._as_bytes and self._blobs.can_write:
            try:
                self._blobs.put(data, digest)
            except UnreachableError:
                self._as_bytes = True  # a worker may be one that only reads
            else:
                return WrittenFile(name, digest, len(data), None)
        return WrittenFile(name, digest, len(data), data)

    def _rename_error(self, error: ZipperError) -> ZipperError:
        message, facts, hint = _rename((error.message, error.facts, error.hint), self._places)
        return type(error)(error.code, message, facts=facts, hint=hint)


def _rename(value: _Value, places: tuple[str, ...]) -> _Value:
    """Return `value` with paths of the machine whose files these are."""
    made: Any = value
    if isinstance(value, str):
        for place in places:
            made = made.replace(place, "")
    elif isinstance(value, tuple):
        items = [_rename(one, places) for one in value]
        made = type(value)._make(items) if hasattr(value, "_make") else tuple(items)
    return made  # type: ignore[no-any-return]  # of the same type


def _unpack(digest: str, blobs: Blobs, folder: Path) -> None:
    """Write the files of a pack, as far from each other as they were."""
    try:
        pack, small = read_pack(blobs.get(digest))
    except (ValueError, KeyError, TypeError) as cause:
        raise UsageError("EWORKERS", f"a worker cannot read what was sent to it: {cause}") from None
    contents = iter(small)
    large: list[PackedSource] = []
    for file in pack.files:
        make_folders(_inside(folder, file.path).parent)
        if file.digest is None:
            _write(_inside(folder, file.path), next(contents), file)
        else:
            large.append(file)

    def fetch(file: PackedSource) -> None:
        _write(_inside(folder, file.path), blobs.get(file.digest or ""), file)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(fetch, large))
    _link(pack, folder)


def _link(pack: SourcePack, folder: Path) -> None:
    """Make the links, and what is only there."""
    for path, target in pack.links:
        place = _inside(folder, path)
        make_folders(place.parent)
        place.symlink_to(f"{folder}{target}" if target.startswith("/") else target)
    for path, kind in pack.left_out:
        place = _inside(folder, path)
        make_folders(place.parent)
        if os.path.lexists(place):
            continue
        if kind == "folder":
            place.mkdir()
        elif kind == "file":
            place.write_bytes(_MARKED)
        else:  # a link that leaves the project, to a file or, where it is broken, to nothing
            (folder.parent / "link").touch()
            place.symlink_to(folder.parent / kind)


def _inside(folder: Path, path: str) -> Path:
    return Path(f"{folder}{path}")


def _write(place: Path, data: bytes, file: PackedSource) -> None:
    place.write_bytes(data)
    if file.is_executable:
        place.chmod(0o755)
