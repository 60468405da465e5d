"""A build with allowed install scripts packs what npm installs, and the next one is warm."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from support.command import run_zipper
from support.node import node_of
from support.npm import require_npm

from zipper.node.install_node import ask_version
from zipper.node.run_zip import RunSettings, run_zip
from zipper.pipeline.installing import install
from zipper.target import Target

pytestmark = [pytest.mark.network, pytest.mark.node]

PROJECT = {
    "name": "p",
    "version": "1.0.0",
    "dependencies": {"esbuild": "0.28.0"},
    "zipper": {"allow_scripts": ["esbuild"]},
}
BUILD_TRACES = re.compile(r"/(Makefile|config\.gypi|[^/]+\.mk)\Z|/\.deps/")
"""What node-gyp writes the folder's path and npm's settings into; nothing reads it afterwards."""

HANDLER = (
    "exports.handler = async () => require('esbuild')"
    ".transformSync('let x: number = 1', { loader: 'ts' }).code;\n"
)


@pytest.fixture
def project(tmp_path):
    """Return a project that npm has installed with its scripts, and its lockfile."""
    return install_with_npm(tmp_path / "project", PROJECT, HANDLER)


def install_with_npm(folder, package_json, handler):
    """Make a project in `folder` that npm has installed with its scripts, and return it."""
    require_npm()
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps(package_json))
    (folder / "index.js").write_text(handler)
    subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--omit=dev"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    return folder


def digests(folder):
    """Return the files of node_modules by path: digest and whether executable."""
    found = {}
    for path in folder.rglob("*"):
        inner = path.relative_to(folder).as_posix()
        if path.is_file() and ".bin" not in path.parts and inner != ".package-lock.json":
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            found[inner] = (digest, bool(path.stat().st_mode & 0o111))
    return found


def test_build_with_scripts(project, tmp_path):
    """The package has npm's files, runs, and is built again without Node, byte for byte."""
    cache = tmp_path / "cache"
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    options = ("--runtime", "nodejs22.x", "--cache-dir", cache, "--json")
    built = run_zipper("build", project, "-o", first, *options)
    again = run_zipper("build", project, "-o", second, *options, env={"PATH": "/nowhere"})

    assert (0, 0) == (built.status, again.status), built.stderr + again.stderr
    assert first.read_bytes() == second.read_bytes()
    assert packed(first) == digests(project / "node_modules")
    settings = RunSettings(
        target=Target("nodejs22.x"), handler="index.handler", memory_mb=512, timeout_seconds=30
    )
    (invocation,) = run_zip(first, settings=settings, node=node_of(22)).invocations
    assert '"let x = 1;\\n"' == invocation.response


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "version", "handler"),
    [
        ("bcrypt", "5.1.1", "require('bcrypt').hash('x', 4)"),
        ("better-sqlite3", "12", "require('better-sqlite3')(':memory:').prepare('select 1').all()"),
    ],
)
def test_compiled_addon(tmp_path, name, version, handler):
    """Addons are npm's to the byte; only traces of where they were built differ."""
    major = int(ask_version(Path(shutil.which("node")))[0].partition(".")[0])
    package_json = {"name": "p", "version": "1.0.0", "dependencies": {name: version}}
    code = f"exports.handler = async () => {handler};\n"
    project = install_with_npm(tmp_path / "project", package_json, code)
    target, output = Target(f"nodejs{major}.x"), tmp_path / "fn.zip"

    built = run_zipper(
        "build", project, "-o", output, "--runtime", target.runtime, "--allow-script", name,
        "--cache-dir", tmp_path / "cache", "--json",
    )  # fmt: skip

    assert 0 == built.status, built.stderr
    ours, theirs = packed(output), digests(project / "node_modules")
    differing = {path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path)}
    assert [] == sorted(path for path in differing if not BUILD_TRACES.search(path))
    assert [path for path in ours if path.endswith(".node")]
    settings = RunSettings(target=target, handler="index.handler", timeout_seconds=60)
    (invocation,) = run_zip(output, settings=settings, node=node_of(major)).invocations
    assert invocation.ok, invocation.error


def packed(path):
    """Return the same of a zip's node_modules."""
    with zipfile.ZipFile(path) as archive:
        return {
            entry.filename.removeprefix("node_modules/"): (
                hashlib.sha256(archive.read(entry)).hexdigest(),
                bool(entry.external_attr >> 16 & 0o111),
            )
            for entry in archive.infolist()
            if entry.filename.startswith("node_modules/")
        }


def test_install_with_scripts(project, tmp_path):
    """The isolated node_modules has npm's files too."""
    install(
        project,
        into=tmp_path / "into",
        target=Target("nodejs22.x"),
        allow_scripts=("esbuild",),
        cache_dir=tmp_path / "cache",
    )

    assert digests(project / "node_modules") == digests(tmp_path / "into" / "node_modules")


def test_no_consent_no_script(project, tmp_path):
    """Without an entry nothing runs: the command stays the script that the tarball has."""
    install(
        project,
        into=tmp_path / "into",
        target=Target("nodejs22.x"),
        allow_scripts=(),
        cache_dir=tmp_path / "cache",
    )

    command = tmp_path / "into" / "node_modules" / "esbuild" / "bin" / "esbuild"
    assert command.read_bytes().startswith(b"#!/usr/bin/env node")
    assert not (tmp_path / "cache" / "node").exists()


def test_ignore_scripts(project, tmp_path):
    """Npm's ignore-scripts stops what zipper's own settings allow."""
    (project / ".npmrc").write_text("ignore-scripts=true\n")

    install(
        project,
        into=tmp_path / "into",
        target=Target("nodejs22.x"),
        allow_scripts=("esbuild",),
        cache_dir=tmp_path / "cache",
    )

    assert not (tmp_path / "cache" / "node").exists()
