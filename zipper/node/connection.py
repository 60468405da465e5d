"""The live end of a sandbox: its pipes, its memory, its end.

In: a `Launch`. Out: a `Connection` that is fed and waited for. What the waiting is for belongs to
`zipper.node.execution`.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from zipper.errors import NodeError
from zipper.node.frames import FrameReader
from zipper.node.invocation import RunStages
from zipper.node.launch import Ended, Launch
from zipper.node.limits import MEBIBYTE
from zipper.node.log import LogCollector, TakenLog
from zipper.node.processes import find_descendants, measure_memory, peak_memory
from zipper.node.sandbox_process import start_sandbox
from zipper.node.sandbox_request import SandboxRequest

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable


__all__ = ["Connection"]

_POLL_SECONDS: Final = 0.02
_CLOSE_SECONDS: Final = 1.5
_READ_BYTES: Final = 1 << 20


class Connection:
    """A running sandbox; close it, or it runs on."""

    def __init__(self, launch: Launch, stop: threading.Event) -> None:
        self.launch = launch
        self.progress = RunStages(launch.limits)
        self.notes: list[str] = []
        self.ended = Ended()
        self.is_over_memory = False
        self.peak_memory = 0
        self._stop = stop
        self._log = LogCollector()
        self._frames = FrameReader(payload_bytes_max=launch.limits.response_bytes)
        self._status = bytearray()
        self._outgoing = memoryview(b"")
        self._is_killed = False
        self._has_ended = False
        self._last_poll = 0.0
        self._selector = selectors.DefaultSelector()
        self._descriptors: set[int] = set()
        self._open()
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since Node was started."""
        return time.monotonic() - self._began

    @property
    def is_over(self) -> bool:
        """Whether the process has ended or was killed."""
        return self._has_ended or self._is_killed

    @property
    def exit_code(self) -> int | None:
        """Node's exit code if it ended by itself; negative for a signal."""
        return self.ended.code if self._has_ended and not self._is_killed else None

    def send(self, data: bytes) -> None:
        """Queue `data` for the process; it goes out while the answer is waited for."""
        self._outgoing = memoryview(data)
        with suppress(KeyError):
            self._selector.register(self._events, selectors.EVENT_WRITE)

    def wait_until(self, is_done: Callable[[RunStages], bool], *, seconds: float) -> bool:
        """Wait for frames until `is_done`; False if the time or the process has ended before.

        The process is killed when it exceeds its memory, and when the run is stopped.
        """
        deadline = time.monotonic() + seconds
        while not is_done(self.progress):
            left = deadline - time.monotonic()
            if self.is_over or left <= 0:
                self._drain()
                return is_done(self.progress)
            self._turn(min(left, _POLL_SECONDS))
            self._watch_memory()
            if self.is_over_memory or self._stop.is_set():
                self.kill()
        self._drain()
        return True

    def take_log(self) -> TakenLog:
        """Return the output since the last call."""
        return self._log.take(seconds=self.seconds)

    def kill(self) -> None:
        """End everything in the sandbox and learn what it left."""
        if self._has_ended or self._is_killed:
            return
        self._is_killed = True
        with suppress(OSError):
            os.write(self._control, b"k")
        deadline = time.monotonic() + _CLOSE_SECONDS
        while not self._has_ended and time.monotonic() < deadline and self._descriptors:
            self._turn(_POLL_SECONDS)

    def close(self) -> None:
        """Kill what still runs and give back every descriptor and process."""
        if self._process.returncode is not None:
            return
        self.kill()
        self._drain()
        for descriptor in (*self._descriptors, self._events, self._control):
            with suppress(OSError):
                os.close(descriptor)
        self._selector.close()
        try:
            self._process.wait(_CLOSE_SECONDS)
        except subprocess.TimeoutExpired:
            for pid in (*find_descendants(self._process.pid), self._process.pid):
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
            self._process.wait()

    def _open(self) -> None:
        """Start the sandbox and wait until it starts Node."""
        pipes = {
            name: os.pipe()
            for name in ("stdout", "stderr", "events", "messages", "status", "control")
        }
        null = os.open(os.devnull, os.O_RDONLY)
        theirs = [
            null,
            pipes["stdout"][1],
            pipes["stderr"][1],
            pipes["events"][0],
            pipes["messages"][1],
        ]
        status, control = pipes["status"][1], pipes["control"][0]
        self._events, self._control = pipes["events"][1], pipes["control"][1]
        try:
            self._process = self._start(theirs, status, control)
        except BaseException:
            for name in ("stdout", "stderr", "messages", "status"):
                os.close(pipes[name][0])
            os.close(self._events)
            os.close(self._control)
            raise
        finally:
            for descriptor in (*theirs, status, control):
                os.close(descriptor)
        for name in ("stdout", "stderr", "messages", "status"):
            self._listen(pipes[name][0], name)
        os.set_blocking(self._events, False)

    def _start(self, theirs: list[int], status: int, control: int) -> subprocess.Popen[bytes]:
        launch = self.launch
        request = SandboxRequest(
            private=launch.private,
            plain=launch.plain,
            root=str(launch.work / "root"),
            binds=list(launch.binds),
            writable=[],
            node=launch.node,
            tmp=str(launch.work / "tmp"),
            tmp_bytes=launch.limits.space_bytes,
            files_max=launch.limits.files,
            processes_max=launch.limits.processes,
            network=launch.network,
            pipes=theirs,
            status=status,
            control=control,
        )
        return start_sandbox(request)

    def _listen(self, descriptor: int, name: str) -> None:
        os.set_blocking(descriptor, False)
        self._selector.register(descriptor, selectors.EVENT_READ, name)
        self._descriptors.add(descriptor)

    def _turn(self, seconds: float) -> bool:
        """Wait for pipes at most `seconds` and take what they have; whether there was anything."""
        ready = self._selector.select(seconds)
        for key, _ in ready:
            if key.fd == self._events:
                self._write()
            else:
                self._read(key.fd, key.data)
        return bool(ready)

    def _drain(self) -> None:
        """Take what the pipes hold now: output is written before the answer that follows it."""
        deadline = time.monotonic() + _CLOSE_SECONDS
        while self._descriptors and self._turn(0) and time.monotonic() < deadline:
            pass

    def _write(self) -> None:
        try:
            sent = os.write(self._events, self._outgoing[:65536])
        except BlockingIOError:
            return
        except OSError:
            sent = len(self._outgoing)  # the process is gone; its end is told elsewhere
        self._outgoing = self._outgoing[sent:]
        if not self._outgoing:
            self._selector.unregister(self._events)

    def _read(self, descriptor: int, name: str) -> None:
        try:
            data = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._selector.unregister(descriptor)
            self._descriptors.discard(descriptor)
            os.close(descriptor)
            if name == "status":
                self._take_silence()
        elif name == "messages":
            for frame in self._frames.feed(data):
                self.progress.take(frame)
        elif name == "status":
            self._take_status(data)
        else:
            self._log.feed(name, data, seconds=self.seconds)

    def _take_status(self, data: bytes) -> None:
        self._status += data
        *lines, rest = self._status.split(b"\n")
        self._status = bytearray(rest)
        for line in lines:
            message = json.loads(line)
            match message["event"]:
                case "starting":
                    self._began = time.monotonic()
                case "prepared":
                    self.notes += message["notes"]
                case _:
                    self._take_end(message)

    def _take_end(self, message: dict[str, object]) -> None:
        files = message["files"]
        assert isinstance(files, list)
        self._has_ended = True
        self.ended = Ended(
            code=_whole(message["code"]),
            space_exceeded=bool(message["space_exceeded"]),
            files=tuple((str(path), int(size)) for path, size in files),
            file_count=_whole(message["file_count"]),
            file_bytes=_whole(message["file_bytes"]),
        )
        if self.ended.code == 127 and self.progress.stage == "unpacked":
            words = " ".join(line.text for line in self.take_log().lines)
            raise NodeError("ENODE", f"Node.js cannot be started: {words}")

    def _take_silence(self) -> None:
        """Take the end of the status pipe, which a sandbox that fails closes without a word."""
        if not (self._has_ended or self._is_killed):
            words = " ".join(line.text for line in self.take_log().lines)
            raise NodeError("ENODE", f"the sandbox of the function failed: {words}")
        self._has_ended = True

    def _watch_memory(self) -> None:
        """Measure all processes of the function, for at most a quarter of one core's time."""
        began = time.monotonic()
        if began < self._last_poll:
            return
        init = find_descendants(self._process.pid)[:1]
        pids = find_descendants(init[0]) if init else []
        if pids:
            now = measure_memory(pids)
            self.peak_memory = max(self.peak_memory, now)
            if not self.is_over:
                self.peak_memory = max(self.peak_memory, peak_memory(pids[0]))
            limit = self.launch.settings.memory_mb * MEBIBYTE
            self.is_over_memory = self.is_over_memory or self.peak_memory > limit
        ended = time.monotonic()
        self._last_poll = ended + 3 * (ended - began)


def _whole(value: object) -> int:
    assert isinstance(value, int)
    return value
