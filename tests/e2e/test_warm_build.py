"""What a warm build imports: its time is Python's start and imports, and little else."""

from __future__ import annotations

import importlib
import json
import re
import typing
from dataclasses import is_dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.scene import Scene

_NEEDLESS = {
    "click", "cryptography", "dis", "email", "http", "inspect", "keyring", "msgspec", "nodeenv",
    "packageurl", "packaging", "pathspec", "platformdirs", "requests", "rich", "socket", "sqlite3",
    "ssl", "subprocess", "tokenize", "tomllib", "tree_sitter", "truststore", "urllib3",
    "yaml",
}  # fmt: skip
"""What takes long to import: HTTP, displays, parsers of what a warm build does not read."""

_IDLE = {
    "zipper.archive.listing", "zipper.checks.run_rules", "zipper.pipeline.build_note",
    "zipper.registry.client", "zipper.settings.lines",
    "zipper.store.extract", "zipper.fetching.download_workers", "zipper.tree.worklist",
}  # fmt: skip
"""What judges, fetches, unpacks and resolves, explains errors, and remembers earlier builds."""


_PNPM = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a:
        specifier: %s
        version: 1.0.0
packages:
  a@1.0.0:
    resolution: {integrity: %s}
snapshots:
  a@1.0.0: {}
"""


@pytest.fixture(params=["a lockfile", "no lockfile", "a lockfile of pnpm"])
def imported(scene: Scene, request: pytest.FixtureRequest) -> list[str]:
    """Return the modules that a warm build of a project with a dependency imports."""
    scene.registry.cache_control = "public, max-age=300"
    manifest = scene.publish("a", files={"a.js": b"exports.a = 1\n"})
    scene.depend("a")
    if request.param != "a lockfile":
        (scene.project / "package-lock.json").unlink()
    if request.param == "a lockfile of pnpm":
        asked = json.loads((scene.project / "package.json").read_text("utf-8"))["dependencies"]["a"]
        scene.write({"pnpm-lock.yaml": _PNPM % (asked, manifest["dist"]["integrity"])})
    assert 0 == scene.build().status
    warm = scene.build("--quiet", env={"PYTHONPROFILEIMPORTTIME": "1"})
    assert 0 == warm.status
    return re.findall(r"^import time:.*\|\s*([\w.]+)$", warm.stderr, re.MULTILINE)


def test_warm_build_imports_nothing_that_it_does_not_need(imported: list[str]) -> None:
    """No HTTP client, no display, no resolver, no parser of what is not there."""
    assert "zipper.pipeline.building" in imported
    assert [] == [name for name in imported if name.partition(".")[0] in _NEEDLESS]
    assert [] == [name for name in imported if name in _IDLE]


def test_warm_build_defines_no_dataclass(imported: list[str]) -> None:
    """Each one takes half a millisecond to define; a named tuple takes a fifth of that."""
    ours = [importlib.import_module(name) for name in imported if name.startswith("zipper.")]
    defined = [
        f"{module.__name__}.{name}"
        for module in ours
        for name, value in vars(module).items()
        if isinstance(value, type) and is_dataclass(value) and value.__module__ == module.__name__
    ]

    assert [] == defined


def test_warm_build_defines_named_tuples_cheaply(imported: list[str]) -> None:
    """What `typing` does with each annotation takes half a millisecond a class."""
    ours = [importlib.import_module(name) for name in imported if name.startswith("zipper.")]
    costly = [
        module.__name__ for module in ours if vars(module).get("NamedTuple") is typing.NamedTuple
    ]

    assert [] == costly
