"""Packages that break in bundles, bundled: esbuild's own package agrees, a real Node runs it.

Of each function the zip is compared with what CDK makes of it: the same bundle, and the packages
outside of it installed by npm from the same lockfile.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.support.bundled_functions import FUNCTIONS
from tests.support.bundled_stacks import STACKS, Stack
from tests.support.command import run_zipper
from tests.support.scene import listing, write_files
from zipper.bundling.bundle_flags import INJECTED, INJECTED_TEXT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [pytest.mark.network, pytest.mark.node, pytest.mark.slow]

NPM = shutil.which("npm") or "npm"
NODE = shutil.which("node") or "node"
ALL = {**STACKS, **FUNCTIONS}
SAME_BYTES = [
    (name, kind)
    for name, stack in STACKS.items()
    for kind in ("commonjs", "module")
    if stack.type == "commonjs" and not name.endswith("-esm")
]
"""Each stack as CommonJS and as an ES module."""


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stacks-cache")


@pytest.fixture(scope="session")
def tools(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for esbuild's own package, one for each version."""
    return tmp_path_factory.mktemp("esbuild")


def _npm(folder: Path, *arguments: str) -> None:
    quiet = ("--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error")
    subprocess.run([NPM, *arguments, *quiet], cwd=folder, check=True, capture_output=True)


def _find_esbuild(tools: Path, version: str) -> Path:
    folder = tools / version
    if not folder.is_dir():
        write_files(folder, {"package.json": {"dependencies": {"esbuild": version}}})
        _npm(folder, "install")
    return folder / "node_modules/esbuild/bin/esbuild"


def _write(folder: Path, stack: Stack, kind: str) -> None:
    manifest = {"name": "fn", "type": kind, "dependencies": stack.dependencies}
    write_files(
        folder, {"package.json": manifest, "src/index.ts": stack.source, **dict(stack.files)}
    )
    resolved = run_zipper("resolve", folder)
    assert 0 == resolved.status, resolved.stderr


def _build(folder: Path, cache: Path, *options: str) -> dict:
    built = run_zipper(
        *("build", folder, "--bundle", "--handler", "src/index.handler", "--json"),
        *("-o", folder.parent / "fn.zip", "--cache-dir", cache, *options),
    )
    assert built.document is not None, built.stderr
    assert "bundle" in built.document, built.stdout
    return built.document


@pytest.mark.parametrize(("name", "kind"), SAME_BYTES)
def test_esbuilds_own_package_makes_the_same_bytes(
    name: str, kind: str, tmp_path: Path, cache: Path, tools: Path
) -> None:
    """With the same sources, flags and externals, over a node_modules that npm has installed."""
    folder = tmp_path / "fn"
    _write(folder, STACKS[name], kind)
    built = _build(folder, cache, "--keep-failed")
    meta = json.loads((tmp_path / "fn.zip.meta.json").read_bytes())
    _npm(folder, "ci")
    write_files(folder, {INJECTED: INJECTED_TEXT})
    esbuild = _find_esbuild(tools, meta["esbuild"]["version"])
    subprocess.run(
        [NODE, esbuild, *meta["esbuild"]["arguments"]], cwd=folder, check=True, capture_output=True
    )
    path = built["bundle"]["path"]

    assert (folder / "zipper-out" / path).read_bytes() == listing(tmp_path / "fn.zip")[path]


def _name(one: dict) -> str:
    return one["location"].removeprefix("node_modules/")


def _zip_as_cdk(folder: Path, built: dict, bundle: bytes) -> int:
    """Return the size of what CDK uploads: the bundle, and its externals by `npm ci`."""
    out = folder / "asset"
    write_files(out, {built["bundle"]["path"]: bundle})
    # Also those that only packages ask for have to be named: CDK knows no others.
    rows = built["bundle"]["outside"]
    top = [one for one in rows if one["location"].count("node_modules/") == 1]
    wanted = {_name(one): one["version"] for one in top if one["kind"] != "dependency"}
    while wanted:
        write_files(out, {"package.json": {"dependencies": wanted}})
        shutil.copy(folder / "package-lock.json", out / "package-lock.json")
        _npm(out, "install", "--omit=dev", "--os=linux", "--cpu=x64", "--libc=glibc")
        # Optional peers that the project has are found by what stays, and npm adds none.
        peers = {_name(one): one["version"] for one in top if not (out / one["location"]).is_dir()}
        if not peers:
            break
        wanted |= peers
    target = folder.parent / "cdk.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for one in sorted(out.rglob("*")):
            if one.is_file():
                file.write(one, one.relative_to(out))
    return target.stat().st_size


@pytest.mark.parametrize("name", [*STACKS, *FUNCTIONS])
def test_stack_is_bundled_verified_and_answers(name: str, tmp_path: Path, cache: Path) -> None:
    """What has to stay stays, the check passes, Node answers, and no zip is larger than CDK's."""
    stack = ALL[name]
    folder = tmp_path / "fn"
    _write(folder, stack, stack.type)
    built = _build(folder, cache)
    (tmp_path / "event.json").write_text(json.dumps(stack.event))
    ran = run_zipper(
        *("run", tmp_path / "fn.zip", "--handler", "src/index.handler", "--json"),
        *("--event", tmp_path / "event.json", "--memory", "1024", "--timeout", "20"),
        *("--cache-dir", cache),
    )
    meta = json.loads((tmp_path / "fn.zip.meta.json").read_bytes())
    outside = {one["location"].rpartition("node_modules/")[2] for one in built["bundle"]["outside"]}
    inside = {one["name"] for folder, one in meta["packages"].items() if folder}
    path = built["bundle"]["path"]
    theirs = _zip_as_cdk(folder, built, listing(tmp_path / "fn.zip")[path])
    size = built["size_bytes"]
    print(f"{name} {size:,} of {theirs:,} bytes, outside {len(outside)}")

    assert "pass" == built["verdict"]
    assert ran.document is not None, ran.stderr
    assert stack.answer == ran.document["environments"][0]["invocations"][0]["response"]
    assert stack.kept <= outside
    assert stack.bundled <= inside
    assert not inside & outside
    assert size <= theirs
