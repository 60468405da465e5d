"""Which files below a folder are opened while something runs, by any process.

In: a folder. Out: the names of the files that were opened, and what may be missing. The kernel
says it: inotify's IN_OPEN for each folder, seen from every mount of the same files; a library that
the system's loader maps is opened too. What only asks whether a file is there opens nothing.

Source: inotify(7). Linux only.
"""

from __future__ import annotations

import ctypes
import os
import select
import struct
import threading
from typing import TYPE_CHECKING, Final

from zipper.errors import NodeError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

__all__ = ["GAPS", "METHOD", "OpenedFiles"]

METHOD: Final = "inotify: files opened below /var/task, libraries among them"
GAPS: Final = (
    "a file that is only looked for, by stat or access, is not opened",
    "what other events, other variables or later times would open is not seen",
    "what lies in a layer is not named",
)
"""What a trace does not show, whatever happens."""

_IN_OPEN: Final = 0x20
_IN_Q_OVERFLOW: Final = 0x4000
_IN_ISDIR: Final = 0x40000000
_IN_NONBLOCK: Final = os.O_NONBLOCK
_IN_CLOEXEC: Final = os.O_CLOEXEC
_EVENT: Final = struct.Struct("iIII")
_READ_BYTES: Final = 1 << 20


class OpenedFiles:
    """Watches a folder from `__enter__` to `__exit__`; what it holds then is read, not watched.

    Attributes:
        names: of the files that were opened, relative to the folder.
        gaps: what may be missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = str(folder)
        self._folders: dict[int, str] = {}
        self._descriptor = -1
        self._stop: tuple[int, int] = (-1, -1)
        self._thread = threading.Thread(target=self._read, name="zipper-trace", daemon=True)
        self.names: set[str] = set()
        self.gaps: list[str] = list(GAPS)

    def __enter__(self) -> Self:
        """Begin to watch.

        Raises:
            NodeError: ENODE where the system has no inotify, or allows too few watches.
        """
        library = ctypes.CDLL(None, use_errno=True)
        if not hasattr(library, "inotify_init1"):
            raise _refused("this system has no inotify")
        self._descriptor = library.inotify_init1(_IN_NONBLOCK | _IN_CLOEXEC)
        if self._descriptor < 0:
            raise _refused(os.strerror(ctypes.get_errno()))
        try:
            for place, _, _ in os.walk(self._folder):
                watch = self._watch(library, place)
                self._folders[watch] = place[len(self._folder) :].strip("/")
            self._drain()  # the walk itself opens every folder
            self.names.clear()
            self._stop = os.pipe()
        except BaseException:
            os.close(self._descriptor)
            raise
        self._thread.start()
        return self

    def _watch(self, library: ctypes.CDLL, place: str) -> int:
        watch: int = library.inotify_add_watch(self._descriptor, os.fsencode(place), _IN_OPEN)
        if watch < 0:
            raise _refused(os.strerror(ctypes.get_errno()))
        return watch

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take what is left, and end."""
        os.write(self._stop[1], b"x")
        self._thread.join()
        self._drain()
        for descriptor in (self._descriptor, *self._stop):
            os.close(descriptor)

    def _read(self) -> None:
        while True:
            ready, _, _ = select.select([self._descriptor, self._stop[0]], [], [])
            if self._stop[0] in ready:
                return
            self._drain()

    def _drain(self) -> None:
        """Take every event that is there."""
        while True:
            try:
                data = os.read(self._descriptor, _READ_BYTES)
            except BlockingIOError:
                return
            at = 0
            while at < len(data):
                watch, mask, _, length = _EVENT.unpack_from(data, at)
                raw = data[at + _EVENT.size : at + _EVENT.size + length].rstrip(b"\0")
                at += _EVENT.size + length
                self._take(watch, mask, os.fsdecode(raw))

    def _take(self, watch: int, mask: int, name: str) -> None:
        if mask & _IN_Q_OVERFLOW:
            self.gaps.append("the kernel dropped events: more came at once than it keeps")
        elif name and mask & _IN_OPEN and not mask & _IN_ISDIR:
            folder = self._folders.get(watch, "")
            self.names.add(f"{folder}/{name}" if folder else name)


def _refused(reason: str) -> NodeError:
    return NodeError(
        "ENODE",
        f"what the function opens cannot be watched: {reason}",
        hint="on Linux, raise fs.inotify.max_user_watches; elsewhere run without `--trace`",
    )
