"""A lockfile format is a module with a `read`, and a row: nothing else knows of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene

READER = """
import json

from zipper.lockfile.foreign import ForeignLockfile, importer_key
from zipper.npm.package_json import parse_manifest
from zipper.tree.locked_graph import Instance, LockedGraph


def read(text, *, path, beside=None):
    instances = {}
    for name, row in json.loads(text).items():
        instances[name or importer_key("")] = Instance(
            parse_manifest({**row, "name": name or "fn"}),
            {target: target for target in row.get("dependencies", {})},
            integrity=row.get("integrity"),
            folder=None if name else "",
            patches=tuple(row.get("patches", ())),
        )
    return ForeignLockfile(path, "toy", "1", LockedGraph(instances, {"": importer_key("")}), {})
"""
START = """
import sys

import zipper.lockfile
from zipper.npm.lockfile_formats import FORMATS, Format

zipper.lockfile.__path__.append(sys.argv.pop(1))
FORMATS["toy.lock"] = Format("toy", "toy", "ETOYDRIFT", "ETOYDRIFT", "ETOYPATCH", "toy install")

from zipper.cli import main

main()
"""
PATCH = """diff --git a/new.txt b/new.txt
new file mode 100644
--- /dev/null
+++ b/new.txt
@@ -0,0 +1 @@
+patched
"""


def build(scene: Scene, readers: Path) -> subprocess.CompletedProcess[str]:
    """Build with the format added, as its row and its module would do."""
    words = ("build", scene.project, "--cache-dir", scene.cache, "-o", scene.output, "--no-check")
    return subprocess.run(
        [sys.executable, "-c", START, str(readers), *map(str, words)],
        env={**os.environ, **scene.environment, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("spec", ["^1.0.0", "^2.0.0"])
def test_a_format_is_a_module_and_a_row(scene: Scene, tmp_path: Path, spec: str) -> None:
    """It is read, laid out and patched; one that is not in step is refused under its own code."""
    readers = tmp_path / "readers"
    readers.mkdir()
    (readers / "toy.py").write_text(READER, "utf-8")
    integrity = scene.publish("a", "1.0.0", files={"index.js": b""})["dist"]["integrity"]
    locked = {
        "": {"dependencies": {"a": "^1.0.0"}},
        "a": {"version": "1.0.0", "integrity": integrity, "patches": ["a.patch"]},
    }
    manifest = {"name": "fn", "dependencies": {"a": spec}}
    files = {"index.js": "", "a.patch": PATCH, "toy.lock": json.dumps(locked)}
    scene.write({"package.json": manifest, **files})

    done = build(scene, readers)

    if spec == "^2.0.0":
        assert 1 == done.returncode
        assert "error[ETOYDRIFT]" in done.stderr
        return
    assert 0 == done.returncode, done.stderr
    with ZipFile(scene.output) as archive:
        assert b"patched\n" == archive.read("node_modules/a/new.txt")
