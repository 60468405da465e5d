"""The same project gives the same bytes, whatever the machine, the moment and the checkout.

Further interpreters are found on the PATH and in ZIPPER_PYTHONS (separated as in PATH); those
without zipper's dependencies are left out.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.projects import Project, fixture_projects

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.slow]


@dataclass(frozen=True, slots=True)
class Variation:
    """One way in which a second build differs from the first; every default is the first's."""

    name: str
    env: dict[str, str] = field(default_factory=dict)
    umask: int = 0o022
    checkout: str = "checkout"
    reverse: bool = False
    python: str = sys.executable
    cold: bool = False


VARIATIONS = [
    Variation("nothing"),
    Variation("time zone", env={"TZ": "Pacific/Kiritimati"}),
    Variation("locale", env={"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0"}),
    Variation("turkish locale", env={"LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8"}),
    Variation("tight umask", umask=0o077),
    Variation("open umask", umask=0o000),
    Variation("checkout path", checkout="another place/ünï.zip/node_modules/x"),
    Variation("directory order", reverse=True),
    Variation("hash seed 0", env={"PYTHONHASHSEED": "0"}),
    Variation("hash seed 1", env={"PYTHONHASHSEED": "1"}),
    Variation("cold store", cold=True),
    Variation(
        "everything at once",
        env={"TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "7"},
        umask=0o077,
        checkout="elsewhere",
        reverse=True,
        cold=True,
    ),
]


def copy_in_order(project: Project, folder: Path, *, umask: int, reverse: bool) -> None:
    """Copy the project's files one by one in name order or against it, as a checkout would."""
    before = os.umask(umask)
    try:
        for path in sorted(project.folder.rglob("*"), reverse=reverse):
            if path.is_file():
                copy = folder / path.relative_to(project.folder)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
                copy.chmod((0o777 if path.stat().st_mode & 0o100 else 0o666) & ~umask)
    finally:
        os.umask(before)


def build(variation: Variation, scratch: Path, *, store: Path, arch: str = "x86_64") -> Path:
    """Build the shipped project under `variation` and return the package."""
    (project,) = fixture_projects()
    folder = scratch / variation.checkout / project.name
    copy_in_order(project, folder, umask=variation.umask, reverse=variation.reverse)
    output = scratch / "out" / "package.zip"
    output.parent.mkdir()
    options = ("--runtime", "nodejs22.x", "--arch", arch, "-o", output, "--cache-dir", store)
    result = run_zipper(
        "build",
        folder,
        *options,
        python=variation.python,
        env={"TZ": "UTC", **variation.env},
        umask=variation.umask,
    )
    assert result.status == 0, result.stderr
    return output


def digest(package: Path) -> str:
    return hashlib.sha256(package.read_bytes()).hexdigest()


def entries(package: Path) -> list[tuple]:
    """Return what the directory says of each entry, to show where two packages part."""
    with zipfile.ZipFile(package) as archive:
        return [
            (e.filename, e.CRC, e.external_attr, e.date_time, e.compress_size, e.flag_bits)
            for e in archive.infolist()
        ]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory, store: Path) -> Path:
    return build(Variation("the first"), tmp_path_factory.mktemp("reference"), store=store)


def other_pythons() -> list[str]:
    """Return further interpreters at hand that have zipper's dependencies."""
    named = os.environ.get("ZIPPER_PYTHONS", "").split(os.pathsep)
    on_path = (shutil.which(f"python3.{minor}") for minor in range(11, 16))
    candidates = dict.fromkeys(python for python in (*named, *on_path) if python)
    return [python for python in candidates if _can_run(python)]


def _can_run(python: str) -> bool:
    probe = (
        "import sys, click, deflate, msgspec, pathspec, platformdirs, requests; print(sys.version)"
    )
    done = subprocess.run([python, "-c", probe], capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() != sys.version


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda variation: variation.name)
def test_bytes_are_the_same(
    variation: Variation, reference: Path, store: Path, tmp_path: Path
) -> None:
    """Nothing about the place, the time, the machine's settings or the store reaches the zip."""
    chosen = tmp_path / "cold-store" if variation.cold else store

    package = build(variation, tmp_path, store=chosen)

    assert entries(reference) == entries(package)
    assert digest(reference) == digest(package)


def test_bytes_are_the_same_under_other_pythons(reference: Path, tmp_path: Path) -> None:
    """Another version of Python writes the same bytes, with a store of its own filling."""
    pythons = other_pythons()
    if not pythons:
        pytest.skip("no other Python with zipper's dependencies; name one in ZIPPER_PYTHONS")
    for number, python in enumerate(pythons):
        scratch = tmp_path / str(number)
        package = build(Variation(python, python=python), scratch, store=scratch / "store")

        assert entries(reference) == entries(package), python
        assert digest(reference) == digest(package), python


def test_architecture_changes_the_native_variant_only(
    reference: Path, store: Path, tmp_path: Path
) -> None:
    """The check above could fail: another architecture gives other bytes, in one package."""
    package = build(Variation("arm64"), tmp_path, store=store, arch="arm64")

    changed = set(entries(reference)) ^ set(entries(package))

    assert {"crc32-linux-arm64-gnu", "crc32-linux-x64-gnu"} == {
        name.split("/")[2] for name, *_ in changed
    }
