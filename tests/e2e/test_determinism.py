"""The same project gives the same bytes, whatever the machine, the moment and the checkout.

A small project is built from a registry on this machine; the one that ships with the repository,
from the real registry (marked `network`). Further interpreters are found on the PATH and in
ZIPPER_PYTHONS (separated as in PATH); those without zipper's dependencies are left out.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from tests.support.command import run_zipper
from tests.support.projects import fixture_projects
from tests.support.registry_server import RegistryServer
from tests.support.shared import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN = b"#!/usr/bin/env node\r\nconsole.log(1)\r\n"
NATIVE = {"x64": "@native/linux-x64", "arm64": "@native/linux-arm64"}


@dataclass(frozen=True, slots=True)
class Source:
    """A project to build, and the options that say where its packages are.

    Attributes:
        variants: the packages of which the architecture chooses one.
    """

    folder: Path
    variants: frozenset[str]
    options: tuple[str, ...] = ()


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


def write_project(folder: Path, registry: RegistryServer) -> None:
    """Write a project with a command, an unusual name, duplicates and platform variants."""
    published = {
        "node_modules/alpha": registry.publish(
            "alpha", "1.2.0", files={"run.js": RUN, "lib/ünïcode ß.js": b"1"}, bin="run.js"
        ),
        "node_modules/@scope/beta": registry.publish(
            "@scope/beta", "2.0.0", files={"Z.js": b"z", "a.js": b"a" * 5000}
        ),
        "node_modules/@scope/beta/node_modules/alpha": registry.publish(
            "alpha", "0.9.0", files={".gitignore": b"x", "_.js": b"", "A.js": b"A"}
        ),
    }
    for cpu, name in NATIVE.items():
        published[f"node_modules/{name}"] = registry.publish(
            name, "1.0.0", files={"a.node": cpu.encode()}, os=["linux"], cpu=[cpu]
        )
    asked = {"alpha": "^1.0.0", "@scope/beta": "^2.0.0"}
    optional = dict.fromkeys(NATIVE.values(), "^1.0.0")
    root = {
        "name": "fn",
        "version": "1.0.0",
        "dependencies": asked,
        "optionalDependencies": optional,
    }
    packages = {"": root}
    for location, manifest in published.items():
        kept = {key: manifest[key] for key in ("version", "os", "cpu", "bin") if key in manifest}
        kept["integrity"] = manifest["dist"]["integrity"]
        packages[location] = kept | ({"optional": True} if "os" in manifest else {})
    packages["node_modules/alpha"]["bin"] = {"alpha": "run.js"}
    packages["node_modules/@scope/beta"]["dependencies"] = {"alpha": "^0.9.0"}
    lockfile = {"name": "fn", "version": "1.0.0", "lockfileVersion": 3, "packages": packages}
    (folder / "tools").mkdir(parents=True)
    (folder / "package.json").write_text(json.dumps(root), encoding="utf-8")
    (folder / "package-lock.json").write_text(json.dumps(lockfile), encoding="utf-8")
    (folder / "index.js").write_text("exports.handler = async () => 1;\n", encoding="utf-8")
    (folder / "tools" / "ünï.txt").write_text("text\n", encoding="utf-8")
    (folder / "tools" / "run.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    (folder / "tools" / "run.sh").chmod(0o755)


def copy_in_order(source: Path, folder: Path, *, umask: int, reverse: bool) -> None:
    """Copy the project's files one by one in name order or against it, as a checkout would."""
    before = os.umask(umask)
    try:
        for path in sorted(source.rglob("*"), reverse=reverse):
            if path.is_file():
                copy = folder / path.relative_to(source)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_bytes(path.read_bytes())
                copy.chmod((0o777 if path.stat().st_mode & 0o100 else 0o666) & ~umask)
    finally:
        os.umask(before)


def build(
    source: Source, variation: Variation, scratch: Path, *, store: Path, arch: str = "x86_64"
) -> Path:
    """Build `source` under `variation` and return the package."""
    folder = scratch / variation.checkout / source.folder.name
    copy_in_order(source.folder, folder, umask=variation.umask, reverse=variation.reverse)
    output = scratch / "out" / "package.zip"
    output.parent.mkdir()
    options = ("--runtime", "nodejs22.x", "--arch", arch, "-o", output, "--cache-dir", store)
    result = run_zipper(
        "build",
        folder,
        *options,
        *source.options,
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


@pytest.fixture(
    scope="module",
    params=["local", pytest.param("shipped", marks=[pytest.mark.network, pytest.mark.slow])],
)
def source(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Source]:
    if request.param == "shipped":
        (project,) = fixture_projects()
        variants = frozenset({"@node-rs/crc32-linux-x64-gnu", "@node-rs/crc32-linux-arm64-gnu"})
        yield Source(project.folder, variants)
        return
    folder = tmp_path_factory.mktemp("source") / "fn"
    with RegistryServer() as registry:
        write_project(folder, registry)
        yield Source(folder, frozenset(NATIVE.values()), ("--registry", registry.url))


@pytest.fixture(scope="module")
def store(source: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(f"store-{source.folder.name}")


@pytest.fixture(scope="module")
def reference(source: Source, store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    scratch = tmp_path_factory.mktemp("reference")
    return build(source, Variation("the first"), scratch, store=store)


def other_pythons(folder: Path) -> Iterator[str]:
    """Yield further interpreters, each with zipper's dependencies in an environment of its own.

    Those that ZIPPER_PYTHONS names, separated as in PATH, and those on the PATH.
    """
    named = os.environ.get("ZIPPER_PYTHONS", "").split(os.pathsep)
    on_path = (shutil.which(f"python3.{minor}") for minor in range(11, 16))
    seen = {sys.version}
    for number, python in enumerate(filter(None, (*named, *on_path))):
        probe = [python, "-c", "import sys; print(sys.version)"]
        done = subprocess.run(probe, capture_output=True, text=True, check=False)
        if done.returncode or done.stdout.rstrip("\n") in seen:
            continue
        seen.add(done.stdout.rstrip("\n"))
        place = folder / str(number)
        subprocess.run([python, "-m", "venv", place], check=True)
        own = str(place / "bin" / "python")
        subprocess.run([own, "-m", "pip", "install", "-q", REPOSITORY], check=True)
        yield own


@pytest.mark.parametrize("variation", VARIATIONS, ids=lambda variation: variation.name)
def test_bytes_are_the_same(
    source: Source, variation: Variation, reference: Path, store: Path, tmp_path: Path
) -> None:
    """Nothing about the place, the time, the machine's settings or the store reaches the zip."""
    chosen = tmp_path / "cold-store" if variation.cold else store

    package = build(source, variation, tmp_path, store=chosen)

    assert entries(reference) == entries(package)
    assert digest(reference) == digest(package)


@pytest.mark.network
@pytest.mark.slow
def test_bytes_are_the_same_under_other_pythons(
    source: Source, reference: Path, tmp_path: Path
) -> None:
    """Another version of Python writes the same bytes, with a store of its own filling."""
    pythons = list(other_pythons(tmp_path / "pythons"))
    if not pythons:
        pytest.skip("no other Python; name one in ZIPPER_PYTHONS")
    for number, python in enumerate(pythons):
        scratch = tmp_path / str(number)
        package = build(source, Variation(python, python=python), scratch, store=scratch / "store")

        assert entries(reference) == entries(package), python
        assert digest(reference) == digest(package), python


def test_architecture_changes_the_native_variant_only(
    source: Source, reference: Path, store: Path, tmp_path: Path
) -> None:
    """The checks above could fail: another architecture gives other bytes, in one package."""
    package = build(source, Variation("arm64"), tmp_path, store=store, arch="arm64")

    changed = {entry[0] for entry in set(entries(reference)) ^ set(entries(package))}

    assert source.variants == {"/".join(name.split("/")[1:3]) for name in changed}


def test_source_date_epoch_dates_every_entry(source: Source, store: Path, tmp_path: Path) -> None:
    """The date of SOURCE_DATE_EPOCH is every entry's date, whatever the time zone."""
    env = {"SOURCE_DATE_EPOCH": "1700000000", "TZ": "Asia/Kathmandu"}

    package = build(source, Variation("dated", env=env), tmp_path, store=store)

    with zipfile.ZipFile(package) as archive:
        assert {(2023, 11, 14, 22, 13, 20)} == {entry.date_time for entry in archive.infolist()}
