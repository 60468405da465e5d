"""Wherever less is permitted, a run does with less, says so, and still leaves nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
from support.node import node_of
from support.shared import REPOSITORY

pytestmark = [
    pytest.mark.node,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="namespaces are Linux's"),
]

SEEN = (REPOSITORY / "fixtures" / "handlers" / "seen.js").read_text(encoding="utf-8")

RUN = """
import json, sys
sys.path[:0] = sys.argv[4:]
from pathlib import Path
from zipper.node.environment import NodeEnvironment
from zipper.node.result import to_document
from zipper.node.run_zip import RunSettings, run_zip
from zipper.target import Target
node = NodeEnvironment(Path(sys.argv[2]), sys.argv[3], "here", Path("/"))
settings = RunSettings(target=Target("nodejs22.x"), handler="index.handler", network=False)
print(json.dumps(to_document(run_zip(Path(sys.argv[1]), settings=settings, node=node))))
"""

NO_NAMESPACES = (
    "for kind in mnt pid net ipc user; do echo 0 > /proc/sys/user/max_${kind}_namespaces; done;"
    ' exec "$@"'
)


def run_under(folder, *command):
    """Run the fixture in a Python that `command` starts; return its answer and the environment."""
    from support.node import write_zip  # noqa: PLC0415 - beside its only use

    package = write_zip(folder / "package.zip", {"index.js": SEEN})
    node = node_of(22)
    paths = [str(REPOSITORY), *(path for path in sys.path if "site-packages" in path)]
    arguments = [sys.executable, "-c", RUN, str(package), str(node.executable), node.version]
    done = subprocess.run(
        [*command, *arguments, *paths],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "TMPDIR": str(folder), "SECRET_OF_THE_CALLER": "1"},
    )
    if "Operation not permitted" in done.stderr and not done.stdout:
        pytest.skip("this system permits no such circumstances")
    assert done.returncode == 0, done.stderr
    (environment,) = json.loads(done.stdout)["environments"]
    assert ["package.zip"] == [path.name for path in folder.iterdir()]
    return environment["invocations"][0]["response"], environment


def require(*commands):
    """Skip the test where a command is missing."""
    if any(shutil.which(command) is None for command in commands):
        pytest.skip(f"needs {' and '.join(commands)}")


def test_inside_a_container_of_its_own(tmp_path):
    """A root that is none outside, as in a rootless container, isolates as well."""
    require("unshare")

    seen, environment = run_under(tmp_path, "unshare", "-Ur")

    assert ("/var/task", 993, ["lo"]) == (seen["cwd"], seen["uid"], seen["interfaces"])
    assert ["/tmp"] == seen["writable"]
    assert "CapEff:\t0000000000000000" in seen["status"]
    assert all("namespace" not in note for note in environment["notes"])


def test_without_namespaces(tmp_path):
    """Without any namespace it runs in a temporary folder, and tells what it could not do."""
    require("unshare")

    seen, environment = run_under(tmp_path, "unshare", "-Ur", "sh", "-c", NO_NAMESPACES, "zipper")

    told = " ".join(environment["notes"])
    assert "no namespaces" in told
    assert "no network namespace" in told
    assert seen["cwd"].startswith(str(tmp_path))
    assert seen["tmpdir"].startswith(str(tmp_path))
    assert "CapEff:\t0000000000000000" in seen["status"]
    assert "EACCES" == seen["writes"]["itself"]
    assert [("written", 3)] == [(f["path"], f["size_bytes"]) for f in environment["left_files"]]
    assert "SECRET_OF_THE_CALLER" not in json.dumps(seen["environment"])


def test_as_an_ordinary_user():
    """Nobody in particular gets the same isolation as root, through a user namespace."""
    require("setpriv")
    if os.geteuid() != 0:
        pytest.skip("every other test shows that already")
    python = shutil.which("python3", path="/usr/bin")
    if python is None or subprocess.run(
        [python, "-c", f"assert {sys.version_info[:2]} == __import__('sys').version_info[:2]"],
        check=False, capture_output=True,
    ).returncode:  # fmt: skip
        pytest.skip("needs a Python of this version that every user may start")
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        folder.chmod(0o777)
        node = folder.parent / f"{folder.name}-node"
        shutil.copyfile(node_of(22).executable, node)
        node.chmod(0o755)
        try:
            seen = run_as(folder, python, node)
        finally:
            node.unlink()

    assert ("/var/task", 993, ["lo"]) == (seen["cwd"], seen["uid"], seen["interfaces"])
    assert ["/tmp"] == seen["writable"]
    assert 2 == seen["processes"]


def run_as(folder, python, node):
    """Run the fixture as user 1234 and return its answer."""
    from support.node import write_zip  # noqa: PLC0415 - beside its only use

    package = write_zip(folder / "package.zip", {"index.js": SEEN})
    package.chmod(0o644)
    paths = [str(REPOSITORY), *(path for path in sys.path if "site-packages" in path)]
    done = subprocess.run(
        [
            "setpriv", "--reuid", "1234", "--regid", "1234", "--clear-groups", python, "-B", "-c",
            RUN, str(package), str(node), "22.23.3", *paths,
        ],
        env={"TMPDIR": str(folder), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if "ModuleNotFoundError" in done.stderr or "Permission denied" in done.stderr:
        pytest.skip("the user may not read this checkout, or the Python's packages")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["environments"][0]["invocations"][0]["response"]


def test_killed_zipper_leaves_no_process(tmp_path):
    """What a run started ends with zipper itself, however suddenly that goes."""
    from support.node import write_zip  # noqa: PLC0415 - as above

    loop = "exports.handler = async () => { console.log('in'); for (;;); };\n"
    package = write_zip(tmp_path / "package.zip", {"index.js": loop})
    node = node_of(22)
    marked = RUN.replace("network=False", "timeout_seconds=60, name=sys.argv[4]")
    name = f"killed-{uuid.uuid4().hex}"
    paths = [name, str(REPOSITORY), *(path for path in sys.path if "site-packages" in path)]
    arguments = [sys.executable, "-c", marked, str(package), str(node.executable), node.version]
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    with subprocess.Popen([*arguments, *paths], env=environment) as process:
        assert wait_for(lambda: find_processes(name))
        process.kill()

    assert wait_for(lambda: not find_processes(name))


def find_processes(name):
    """Return the processes whose environment has `name`."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if name.encode() in path.read_bytes():
                found.append(path.parent.name)
    return found


def wait_for(condition, *, seconds=20):
    """Tell whether `condition` holds within some time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False
