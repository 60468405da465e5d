"""The conversation with the function's process: frames of one JSON line and a payload. Pure.

In: bytes as they come from the process, which is hostile. Out: `Frame`s, in order. The other end is
bootstrap/channel.cjs; what the frames mean belongs to `zipper.node.invocation`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Frame", "FrameReader", "write_frame"]

_HEADER_BYTES_MAX: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Frame:
    """One message.

    Attributes:
        kind: `started`, `loaded`, `handler`, `init-error`, `next`, `unsettled`, `response`,
            `error`, `stream`, `chunk` or `end`; anything else is the function's own nonsense.
        text: what the header says besides, such as a content type; "" where it says nothing.
        payload: at most as many bytes as the reader keeps.
        size: how many there were.
    """

    kind: str
    text: str
    payload: bytes
    size: int


class FrameReader:
    """Cuts a stream of bytes into frames; keeps little of a payload that is too large."""

    def __init__(self, *, payload_bytes_max: int) -> None:
        self._payload_max = payload_bytes_max
        self._buffer = bytearray()
        self._header: tuple[str, str, int] | None = None
        self._missing = 0
        self.is_broken = False
        """Whether the bytes were no frames; all later ones are then ignored."""

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that `data` completes; O(len(data))."""
        frames: list[Frame] = []
        position = 0
        while not self.is_broken:
            if self._header is None:
                end = data.find(b"\n", position)
                stop = len(data) if end < 0 else end
                self._buffer += data[position:stop]
                if len(self._buffer) > _HEADER_BYTES_MAX:
                    self.is_broken = True
                if end < 0:
                    break
                position = end + 1
                self._open(bytes(self._buffer))
            else:
                taken = min(self._missing, len(data) - position)
                room = max(self._payload_max - len(self._buffer), 0)
                self._buffer += data[position : position + min(taken, room)]
                self._missing -= taken
                position += taken
                if self._missing:
                    break
                frames.append(self._close())
        return frames

    def _open(self, line: bytes) -> None:
        self._buffer.clear()
        try:
            header = json.loads(line)
            kind, size = header["kind"], header["size"]
            text = header.get("contentType") or header.get("version") or ""
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            self.is_broken = True
            return
        if not (
            isinstance(kind, str) and isinstance(text, str) and type(size) is int and size >= 0
        ):
            self.is_broken = True
            return
        self._header = (kind, text, size)
        self._missing = size

    def _close(self) -> Frame:
        assert self._header is not None
        kind, text, size = self._header
        frame = Frame(kind, text, bytes(self._buffer), size)
        self._buffer.clear()
        self._header = None
        return frame


def write_frame(header: Mapping[str, object], payload: bytes) -> bytes:
    """Return one frame for the function's process."""
    line = json.dumps({**header, "size": len(payload)}, separators=(",", ":"))
    return line.encode() + b"\n" + payload
