"""`zipper terraform` at its edge: the protocol of an `external` data source."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.mounts import run_mounted
from tests.support.scene import HANDLER, write_files
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

KEYS = {
    "path", "code_sha256", "handler", "runtime", "architecture", "size_bytes", "unzipped_size_bytes"
}  # fmt: skip


def environment(folder: Path, cache: str = "cache") -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZIPPER_")}
    return {**kept, "PYTHONPATH": str(REPOSITORY), "ZIPPER_CACHE_DIR": str(folder / cache)}


def ask(
    folder: Path, query: object, *options: str, cache: str = "cache"
) -> subprocess.CompletedProcess[str]:
    """Run the program as Terraform does: the query on stdin, in the root module's folder."""
    return subprocess.run(
        [sys.executable, "-m", "zipper", "terraform", *options],
        input=query if isinstance(query, str) else json.dumps(query),
        cwd=folder / "root",
        env=environment(folder, cache),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def answer(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    """Return the answer by the rules of the protocol: one object whose values are strings."""
    assert 0 == done.returncode, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    assert all(isinstance(value, str) for value in found.values())
    return found


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return the folder of a root module with a function below."""
    files = {"root/functions/orders/package.json": {"name": "orders"}}
    write_files(tmp_path, {**files, "root/functions/orders/index.js": HANDLER})
    return tmp_path / "root"


def test_the_answer_is_flat_and_names_the_zip_as_it_was_asked_for(root: Path) -> None:
    """Every value is text, the path is as `output` was spelled, the hash is the zip's."""
    query = {"project": "functions/orders", "output": "./dist/orders.zip", "arch": "arm64"}
    found = answer(ask(root.parent, {**query, "runtime": "nodejs22.x", "handler": ""}))

    data = (root / "dist/orders.zip").read_bytes()
    assert KEYS == set(found)
    assert found == {
        "path": "./dist/orders.zip",
        "code_sha256": base64.b64encode(hashlib.sha256(data).digest()).decode(),
        "handler": "index.handler",
        "runtime": "nodejs22.x",
        "architecture": "arm64",
        "size_bytes": str(len(data)),
        "unzipped_size_bytes": found["unzipped_size_bytes"],
    }


@pytest.mark.parametrize(("output", "path"), [("dist/", "dist/orders.zip"), (None, "orders.zip")])
def test_a_path_is_none_of_this_machine(root: Path, output: str | None, path: str) -> None:
    """A folder gets the project's name; without `output` the path is relative, too."""
    query = {
        "project": f"{root}/functions/orders",
        **({} if output is None else {"output": output}),
    }

    assert path == answer(ask(root.parent, query))["path"]
    assert (root / path).is_file()


def test_nothing_is_written_where_nothing_changed(root: Path) -> None:
    """A zip with the same bytes stays, also where another machine wrote it; another one goes."""
    query = {"project": "functions/orders", "output": "dist/orders.zip"}
    first = answer(ask(root.parent, query))
    zipped = root / "dist/orders.zip"
    os.utime(zipped, (1_000_000_000, 1_000_000_000))
    before = zipped.stat()

    assert first == answer(ask(root.parent, query))
    assert first == answer(ask(root.parent, query, cache="another"))
    now = zipped.stat()
    assert (before.st_mtime_ns, before.st_ino) == (now.st_mtime_ns, now.st_ino)
    (root / "functions/orders/index.js").write_text("exports.handler = async () => 2;\n")
    assert first["code_sha256"] != answer(ask(root.parent, query))["code_sha256"]
    assert before.st_ino != zipped.stat().st_ino


def test_a_zip_that_was_removed_comes_back_with_the_same_hash(root: Path) -> None:
    """A saved plan holds the hash; the apply job asks again first, and makes the same zip."""
    query = {"project": "functions/orders", "output": "dist/orders.zip"}
    planned = answer(ask(root.parent, query))
    (root / "dist/orders.zip").unlink()

    assert planned == answer(ask(root.parent, query, cache="of the apply job"))
    data = (root / "dist/orders.zip").read_bytes()
    assert planned["code_sha256"] == base64.b64encode(hashlib.sha256(data).digest()).decode()


def test_a_plan_can_be_made_in_a_checkout_that_cannot_be_written(root: Path) -> None:
    """The answer is the same; that no zip is there is told, for a person alone."""
    query = {"project": "functions/orders", "output": "dist/orders.zip"}
    script = f"echo '{json.dumps(query)}' | {sys.executable} -m zipper terraform"
    done = run_mounted(
        f"cd {root.parent} && mount --bind root root && mount -o remount,bind,ro root && cd root",
        ["sh", "-c", script],
        "true",
        env=environment(root.parent),
    )

    assert "cannot be written here" in done.stderr
    assert not (root / "dist").exists()
    assert answer(done) == answer(ask(root.parent, query))


def test_the_settings_answer_what_the_query_leaves_out(root: Path) -> None:
    """A function by its name has its project, target and zip from the settings."""
    (root / "pyproject.toml").write_text(
        '[tool.zipper]\noutput = "out/"\n\n[[tool.zipper.functions]]\nname = "orders"\n'
        'project = "functions/orders"\narchitecture = "arm64"\n\n'
        '[[tool.zipper.functions]]\nname = "bills"\nproject = "functions/orders"\n'
    )
    found = answer(ask(root.parent, {"function": "orders"}))

    assert ("out/orders.zip", "arm64") == (found["path"], found["architecture"])
    assert not (root / "out/bills.zip").exists()


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("", 2, "no query"),
        ("[]", 2, "is no JSON object"),
        ("{" * 5000, 2, "no query"),
        ({"project": 3}, 2, "`project` in the query has to be a string"),
        ({"projcet": "x"}, 2, "did you mean `project`?"),
        ({"project": "functions/orders", "function": "orders"}, 2, "both say what to build"),
        ({"function": "orders"}, 1, "orders"),
        ({"project": "functions/orders", "arch": "arm"}, 2, "arm64"),
        ({"project": "functions/orders", "handler": "other.handler"}, 1, "handler-missing"),
        ({"project": "gone"}, 1, "gone"),
    ],
)
def test_an_error_is_told_on_stderr_alone(
    root: Path, query: object, status: int, told: str
) -> None:
    """Terraform shows stderr where the status is not 0, and reads stdout where it is."""
    done = ask(root.parent, query)

    assert (status, "") == (done.returncode, done.stdout)
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(root.glob("**/*.zip"))
