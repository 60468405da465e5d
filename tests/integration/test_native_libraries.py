"""The libraries of real addons are found where the system's loader finds them."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from support.lambda_loader import TaskFolder
from support.mutations import pack
from support.node import node_of

from zipper.checks.run_rules import check_zip
from zipper.target import Target

pytestmark = [pytest.mark.network, pytest.mark.node]

HANDLER = b"require('sharp'); exports.handler = async () => 1;"
LIBVIPS = "node_modules/@img/sharp-libvips-linux-x64/lib/"


@pytest.fixture(scope="module")
def sharp(tmp_path_factory):
    """The files of a function that needs sharp, as npm installs it for the target."""
    if shutil.which("npm") is None:
        pytest.skip("no npm to install sharp with")
    folder = tmp_path_factory.mktemp("sharp")
    words = ["npm", "install", "sharp@0.34", "--ignore-scripts", "--no-audit", "--no-fund"]
    platform = ["--os=linux", "--cpu=x64", "--libc=glibc"]
    subprocess.run([*words, *platform], cwd=folder, check=True, capture_output=True)
    files = {
        str(path.relative_to(folder)): (path.read_bytes(), 0o644)
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    return {**files, "index.js": (HANDLER, 0o644)}


def moved(files, before, after):
    """Return `files` with those below one folder in another."""
    return {
        after + name.removeprefix(before) if name.startswith(before) else name: value
        for name, value in files.items()
    }


@pytest.mark.parametrize(
    ("after", "loads"),
    [
        (LIBVIPS, True),
        ("lib/", True),
        ("node_modules/@img/sharp-libvips-linux-x64/", False),
        ("node_modules/sharp/node_modules/@img/sharp-libvips-linux-x64/lib/", False),
    ],
)
def test_where_libvips_lies(sharp, after, loads):
    """A library that lies where sharp's addon does not look is an error, as Node shows."""
    files = moved(sharp, LIBVIPS, after)
    report = check_zip(
        pack(files), path="sharp", target=Target("nodejs22.x"), handler="index.handler"
    )
    with TaskFolder() as task:
        task.show(files)
        loaded = task.load(str(node_of(22).executable), 22, "index.handler")

    errors = {f.code for f in report.findings if f.severity == "error"}
    assert loads is loaded.ok, loaded.text
    assert (set() if loads else {"binary-library-missing"}) == errors
