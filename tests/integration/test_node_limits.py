"""The worst that functions do ends with the right report, in time, and leaves nothing."""

from __future__ import annotations

import json
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
from support.node import MAJORS, node_of, run_files
from support.shared import REPOSITORY

pytestmark = pytest.mark.node

HOSTILE = (REPOSITORY / "fixtures" / "handlers" / "hostile.js").read_text(encoding="utf-8")
MEBIBYTE = 1024 * 1024

ERRORS = {
    "loop": ("Sandbox.Timedout", "Task timed out after 3.00 seconds"),
    "never": ("Sandbox.Timedout", "Task timed out after 3.00 seconds"),
    "heap": ("Runtime.", "Runtime exited with error: signal: "),
    "buffers": ("Runtime.OutOfMemory", "Runtime exited with error: signal: killed"),
    "exit": ("Runtime.ExitError", "Runtime exited without providing a reason"),
    "exitWithStatus": ("Runtime.ExitError", "Runtime exited with error: exit status 3"),
    "abort": ("Runtime.ExitError", "Runtime exited with error: signal: aborted"),
    "segmentation": ("Runtime.ExitError", "Runtime exited with error: signal: segmentation fault"),
    "response": (
        "Function.ResponseSizeTooLarge",
        "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
    ),
}

ANSWERS = {
    "files": lambda answer: 990 < answer[0] < 1024 and answer[1] == "EMFILE",
    "space": lambda answer: answer == [512, "ENOSPC"],
    "children": lambda answer: answer.get("EAGAIN", 0) > 450,
    "forks": lambda answer: answer == "survived",
    "daemon": lambda answer: answer == "left",
    "log": lambda answer: answer == "logged",
    "endlessLine": lambda answer: answer == "logged",
    "replaced": lambda answer: answer == "replaced",
}


@pytest.fixture(autouse=True)
def _own_temporary_folder(tmp_path, monkeypatch):
    """Let zipper make its folders in one of the test's own, where what is left can be seen."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


def commit(folder, deed, *, major=22, memory_mb=512, timeout_seconds=3):
    """Run the hostile handler once; return the invocation, after it left nothing in time."""
    node_of(major)
    name = f"hostile-{uuid.uuid4().hex}"
    before = time.monotonic()
    result = run_files(
        folder,
        {"index.js": HOSTILE},
        major=major,
        events=[json.dumps({"deed": deed}).encode()],
        memory_mb=memory_mb,
        timeout_seconds=timeout_seconds,
        name=name,
    )
    (invocation,) = result.invocations
    startup = result.unpack_seconds + (invocation.init_seconds or 0)
    assert time.monotonic() - before < startup + timeout_seconds + 2
    assert [] == left_processes(name)
    assert [] == list((folder / "temporary").iterdir())
    return result, invocation


def left_processes(name):
    """Return the processes that know the function's name from their environment."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if name.encode() in path.read_bytes():
                found.append(path.parent.name)
    return found


@pytest.mark.parametrize("deed", ERRORS)
def test_error_of_deed(deed, tmp_path):
    """What cannot be answered ends with Lambda's own error."""
    kind, message = ERRORS[deed]
    waits = deed in ("loop", "never")
    _, invocation = commit(tmp_path, deed, memory_mb=256, timeout_seconds=3 if waits else 20)

    assert invocation.error.type.startswith(kind)
    assert message in invocation.error.message


@pytest.mark.parametrize("deed", ANSWERS)
def test_answer_to_deed(deed, tmp_path):
    """What a limit refuses is refused to the function, which may answer all the same."""
    _, invocation = commit(tmp_path, deed, timeout_seconds=20)

    assert invocation.error is None
    assert ANSWERS[deed](json.loads(invocation.response))


@pytest.mark.parametrize("major", MAJORS)
def test_unhandled_rejection(major, tmp_path):
    """An unhandled rejection is told up to nodejs22.x and ends the process from nodejs24.x on."""
    _, invocation = commit(tmp_path, "rejection", major=major)

    wanted = "Runtime.ExitError" if major >= 24 else "Runtime.UnhandledPromiseRejection"
    assert wanted == invocation.error.type


@pytest.mark.parametrize("major", MAJORS)
def test_uncaught_exception(major, tmp_path):
    """An uncaught exception is told up to nodejs22.x and ends the process from nodejs24.x on."""
    _, invocation = commit(tmp_path, "exception", major=major)

    assert ("Runtime.ExitError" if major >= 24 else "RangeError") == invocation.error.type


def test_broken_channel(tmp_path):
    """Nonsense on the runtime's own channel cannot pass for an answer."""
    _, invocation = commit(tmp_path, "frames")

    assert "Sandbox.Timedout" == invocation.error.type


def test_closed_channel(tmp_path):
    """A function that closes the runtime's channel gets an error, not zipper."""
    _, invocation = commit(tmp_path, "closed")

    assert not invocation.ok


def test_long_log_is_bounded(tmp_path):
    """Of 50 MB of log the first and last lines are kept, and all of it is counted."""
    _, invocation = commit(tmp_path, "log", timeout_seconds=20)

    assert (50 * MEBIBYTE, 50 * 1024) == (invocation.log_bytes, invocation.log_lines)
    assert 500 < len(invocation.log) < 1000


def test_endless_line_is_bounded(tmp_path):
    """Of a line of 20 MB, as much is kept as a log event may hold."""
    _, invocation = commit(tmp_path, "endlessLine", timeout_seconds=20)

    assert [256 * 1024] == [len(line.text) for line in invocation.log]


def test_left_file_is_told(tmp_path):
    """A file in the temporary space is told with its size, and gone afterwards."""
    result, _ = commit(tmp_path, "space", timeout_seconds=20)

    (environment,) = result.environments
    assert [("large", 512 * MEBIBYTE)] == [(f.path, f.size_bytes) for f in environment.left_files]


def test_memory_peak_is_told(tmp_path):
    """The peak of a function that used up its memory is about that memory."""
    _, invocation = commit(tmp_path, "buffers", memory_mb=256, timeout_seconds=20)

    assert 256 * MEBIBYTE <= invocation.peak_memory_bytes < 400 * MEBIBYTE


@pytest.mark.slow
def test_endless_init_is_tried_twice(tmp_path):
    """Init gets ten seconds, then the invocation's own time."""
    before = time.monotonic()

    result = run_files(tmp_path, {"index.js": "for (;;);\n"}, timeout_seconds=1)

    assert 11 <= time.monotonic() - before < 11 + 2
    (invocation,) = result.invocations
    assert ("Sandbox.Timedout", "node-started") == (invocation.error.type, invocation.stage)
    assert ["init took longer than 10 s and was started again within the invocation's time"] == [
        *result.environments[0].notes
    ]
