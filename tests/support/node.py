"""Node.js 20, 22, 24 and 26 for tests, and running small functions in them.

Each is provided as zipper provides it, from the system or from the registry's packages, and kept
in a folder that all tests share: ZIPPER_NODE_DIR, else one below the system's temporary folder.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from zipper.errors import NodeError
from zipper.node.choice import provide_node
from zipper.node.run_zip import RunSettings, run_zip
from zipper.store.extract import extract
from zipper.store.keys import StoreKey
from zipper.store.store_zips import Store
from zipper.target import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.node.environment import NodeEnvironment
    from zipper.node.result import RunResult
    from zipper.store.store_zip import StoreZip

__all__ = ["MAJORS", "NpmPackages", "fetch_with_npm", "node_of", "run_files", "write_zip"]

MAJORS = (20, 22, 24, 26)

_DEFAULT = Path(tempfile.gettempdir()) / "zipper-node-environments"
_KEPT = Path(os.environ.get("ZIPPER_NODE_DIR", _DEFAULT))


class NpmPackages:
    """A PackageSource: npm fetches and verifies."""

    def obtain(self, name: str, version: str) -> StoreZip:
        """Return the files of `name@version`."""
        entries = extract(fetch_with_npm(name, version), label=name)
        return Store(_KEPT).keep_in_memory(StoreKey("npm", f"{name}-{version}"), entries)


def fetch_with_npm(name: str, version: str) -> bytes:
    """Return a tarball of npm's registry.

    Raises:
        NodeError: ENODE where npm cannot get it.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", f"{name}@{version}", f"--pack-destination={folder}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise NodeError("ENODE", f"npm has no {name}@{version}: {done.stderr[-300:]}")
        (tarball,) = Path(folder).iterdir()
        return tarball.read_bytes()


@cache
def node_of(major: int) -> NodeEnvironment:
    """Return zipper's Node for the runtime of `major`; skip the test where there is none."""
    if sys.platform == "win32":
        pytest.skip("functions cannot be run on Windows")
    packages = NpmPackages() if shutil.which("npm") else None
    try:
        return provide_node(Target(f"nodejs{major}.x"), cache_dir=_KEPT, packages=packages)
    except NodeError as error:
        pytest.skip(f"no Node.js {major}: {error.message}")


def write_zip(path: Path, files: Mapping[str, str | bytes], *, mode: int = 0o644) -> Path:
    """Write `files` as a zip whose members have `mode`, and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (0o100000 | mode) << 16
            archive.writestr(member, content)
    return path


def run_files(
    folder: Path,
    files: Mapping[str, str | bytes],
    *,
    major: int = 22,
    handler: str = "index.handler",
    events: Sequence[bytes] = (b"{}",),
    node: NodeEnvironment | None = None,
    **settings: object,
) -> RunResult:
    """Zip `files` in `folder`, run `handler` once for each event, and return what it showed."""
    package = write_zip(folder / "package.zip", files)
    return run_zip(
        package,
        settings=RunSettings(target=Target(f"nodejs{major}.x"), handler=handler, **settings),
        node=node or node_of(major),
        events=events,
    )
