"""A build with allowed install scripts packs what npm installs, and the next one is warm."""

from __future__ import annotations

import hashlib
import json
import subprocess
import zipfile

import pytest
from support.command import run_zipper
from support.node import node_of
from support.npm import require_npm

from zipper.node.run import RunSettings, run_zip
from zipper.pipeline.installing import install
from zipper.target import Target

pytestmark = [pytest.mark.network, pytest.mark.node]

PROJECT = {
    "name": "p",
    "version": "1.0.0",
    "dependencies": {"esbuild": "0.28.0"},
    "zipper": {"allow_scripts": ["esbuild"]},
}
HANDLER = (
    "exports.handler = async () => require('esbuild')"
    ".transformSync('let x: number = 1', { loader: 'ts' }).code;\n"
)


@pytest.fixture
def project(tmp_path):
    """Return a project that npm has installed with its scripts, and its lockfile."""
    require_npm()
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps(PROJECT))
    (folder / "index.js").write_text(HANDLER)
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
        if path.is_file() and not inner.startswith(".bin/") and inner != ".package-lock.json":
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
        project, into=tmp_path / "into", target=Target("nodejs22.x"), cache_dir=tmp_path / "cache"
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
