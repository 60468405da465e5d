"""Load and call a handler in a real Node, from the files of an unzipped package alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zipfile
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["load_handler", "require_node", "unzip"]

_TIMEOUT_SECONDS = 120

_LOAD = """
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
const [handler, event] = process.argv.slice(1);
const dot = handler.indexOf(".", handler.lastIndexOf("/") + 1);
const stem = resolve(handler.slice(0, dot));
const file = [".js", ".mjs", ".cjs"].map((ending) => stem + ending).find(existsSync);
if (file === undefined) throw new Error(`no file for ${handler}`);
const loaded = await import(pathToFileURL(file));
const find = (from) => handler.slice(dot + 1).split(".").reduce((value, key) => value?.[key], from);
const found = find(loaded) ?? find(loaded.default);
const answer = event === "null" ? undefined : await found(JSON.parse(event), {});
console.log("\\n" + JSON.stringify({ kind: typeof found, answer }));
process.exit(0);
"""


def require_node() -> None:
    """Skip the test where there is no Node."""
    if shutil.which("node") is None:
        pytest.skip("no node on the PATH to load the handler with")


def unzip(package: Path, folder: Path) -> Path:
    """Unzip `package` into `folder` with its modes, as Lambda does, and return the folder."""
    folder.mkdir(parents=True)
    with zipfile.ZipFile(package) as archive:
        for entry in archive.infolist():
            (folder / archive.extract(entry, folder)).chmod(entry.external_attr >> 16 & 0o777)
    return folder


def load_handler(
    folder: Path, handler: str, *, env: Mapping[str, str], event: dict | None = None
) -> dict:
    """Import `handler` in an environment that knows nothing but `env`; call it with `event`.

    Returns:
        `kind`, the handler's JavaScript type, and `answer`, what it returned (absent without an
        event).

    Raises:
        AssertionError: Node failed; the message is what it said.
    """
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", _LOAD, handler, json.dumps(event)],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder.parent), **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=_TIMEOUT_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])
