"""A run that is ended from outside leaves no process, and no file that the next run would not."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.mounts import run_mounted
from tests.support.node import node_of, write_zip
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc"),
]

HANDLER = """
exports.handler = async () => {
  require('child_process').spawn('sleep', ['987'], { detached: true, stdio: 'ignore' }).unref();
  require('fs').writeFileSync('/tmp/file', 'x');
  console.log('started');
  await new Promise((done) => setTimeout(done, 600000));
};
"""


@pytest.fixture
def running(tmp_path: Path) -> subprocess.Popen[bytes]:
    """Return `zipper run` with a function under way, in a temporary folder of its own."""
    node = shutil.which("node") or str(node_of(20).executable)
    (tmp_path / "tmp").mkdir()
    package = write_zip(tmp_path / "fn.zip", {"index.js": HANDLER})
    words = ["--timeout", "600", "--node", node, "--cache-dir", str(tmp_path / "cache"), "--json"]
    process = subprocess.Popen(
        [sys.executable, "-m", "zipper", "run", str(package), *words],
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp"), "PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 120
    while not sleepers() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert sleepers()
    return process


def sleepers() -> list[str]:
    """Return the processes that the function has started."""
    rows = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [row for row in rows.splitlines() if row == "sleep 987"]


def wait_until_none() -> bool:
    """Tell whether the function's processes end within seconds."""
    deadline = time.monotonic() + 20
    while sleepers() and time.monotonic() < deadline:
        time.sleep(0.05)
    return not sleepers()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_end_is_clean(
    running: subprocess.Popen[bytes], tmp_path: Path, number: signal.Signals, status: int
) -> None:
    """^C and the system's wish to end leave neither a process nor a file."""
    running.send_signal(number)

    assert status == running.wait(60)
    assert wait_until_none()
    assert [] == list((tmp_path / "tmp").iterdir())


def test_killed_run(running: subprocess.Popen[bytes], tmp_path: Path) -> None:
    """Kill -9 leaves no process; the folder that it leaves is removed by the next run."""
    running.kill()
    running.wait(60)

    assert wait_until_none()
    (left,) = (tmp_path / "tmp").iterdir()
    os.utime(left, (0, 0))
    package = write_zip(tmp_path / "good.zip", {"index.js": "exports.handler = async () => 1;"})
    again = subprocess.run(
        [sys.executable, "-m", "zipper", "run", str(package), "--timeout", "60"],
        env={
            **os.environ,
            "TMPDIR": str(tmp_path / "tmp"),
            "PYTHONPATH": str(REPOSITORY),
            "ZIPPER_NODE": shutil.which("node") or str(node_of(20).executable),
            "ZIPPER_CACHE_DIR": str(tmp_path / "cache"),
        },
        capture_output=True,
        check=False,
    )
    assert 0 == again.returncode, again.stderr
    assert [] == list((tmp_path / "tmp").iterdir())


def test_full_temporary_folder(tmp_path: Path) -> None:
    """A package that the temporary folder cannot hold is an error, and leaves nothing there."""
    folder = tmp_path / "tmp"
    folder.mkdir()
    package = write_zip(tmp_path / "fn.zip", {"index.js": HANDLER, "data": os.urandom(300_000)})
    node = shutil.which("node") or str(node_of(20).executable)
    words = ["--node", node, "--cache-dir", str(tmp_path / "cache")]

    done = run_mounted(
        f"mount -t tmpfs -o size=100k tmpfs {folder}",
        [sys.executable, "-m", "zipper", "run", package, *words],
        f"ls {folder}",
        env={**os.environ, "TMPDIR": str(folder), "PYTHONPATH": str(REPOSITORY)},
    )

    assert (1, "") == (done.returncode, done.stdout)
    assert "error[EOUTPUT]: cannot write" in done.stderr
    assert "free some space" in done.stderr
