"""The function's output, line by line, in bounded memory. Pure.

In: bytes of its stdout and stderr with the second they came in. Out: `LogLine`s. A long log keeps
its first and its last lines.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import Final

from zipper.node.result import LogLine

__all__ = ["LogCollector", "TakenLog"]

_HEAD_BYTES_MAX: Final = 512 * 1024
_TAIL_BYTES_MAX: Final = 128 * 1024
_LINE_BYTES_MAX: Final = 256 * 1024
"""A log event of CloudWatch holds no more either."""

_CONSOLE: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\t[^\t]*\t(TRACE|DEBUG|INFO|WARN|ERROR|FATAL)\t"
)


@dataclass(frozen=True, slots=True)
class TakenLog:
    """The lines since the last time, and how much there was in all."""

    lines: tuple[LogLine, ...]
    size_bytes: int
    count: int


class LogCollector:
    """Cuts output into lines and keeps the first 512 KB and the last 128 KB of them."""

    def __init__(self) -> None:
        self._open: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self._reset()

    def feed(self, stream: str, data: bytes, *, seconds: float) -> None:
        """Take `data` of `stream`, which arrived `seconds` after the start."""
        self._bytes += len(data)
        rest = self._open[stream]
        *complete, last = data.split(b"\n")
        for part in complete:
            _extend(rest, part)
            self._add(stream, bytes(rest), seconds)
            rest.clear()
        _extend(rest, last)

    def take(self, *, seconds: float) -> TakenLog:
        """Return what came since the last call; an unfinished line ends here."""
        for stream, rest in self._open.items():
            if rest:
                self._add(stream, bytes(rest), seconds)
                rest.clear()
        taken = TakenLog((*self._head, *self._tail), self._bytes, self._count)
        self._reset()
        return taken

    def _reset(self) -> None:
        self._head: list[LogLine] = []
        self._tail: deque[LogLine] = deque()
        self._tail_sizes: deque[int] = deque()
        self._head_bytes = self._tail_bytes = self._bytes = self._count = 0

    def _add(self, stream: str, raw: bytes, seconds: float) -> None:
        self._count += 1
        line = _parse_line(stream, raw.decode("utf-8", "replace"), seconds)
        size = len(raw) + 1
        if not self._tail and self._head_bytes + size <= _HEAD_BYTES_MAX:
            self._head.append(line)
            self._head_bytes += size
            return
        self._tail.append(line)
        self._tail_sizes.append(size)
        self._tail_bytes += size
        while self._tail_bytes > _TAIL_BYTES_MAX and len(self._tail) > 1:
            self._tail_bytes -= self._tail_sizes.popleft()
            self._tail.popleft()


def _extend(rest: bytearray, part: bytes) -> None:
    rest += part[: _LINE_BYTES_MAX - len(rest)]


def _parse_line(stream: str, text: str, seconds: float) -> LogLine:
    """Return the line without what console.* puts before a message, and with its line breaks."""
    found = _CONSOLE.match(text)
    if found is None:
        return LogLine(seconds, stream, None, text)
    return LogLine(seconds, stream, found[1], text[found.end() :].replace("\r", "\n"))
