"""Which files of members, linked folders and traces are inputs of a fingerprint, and which not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.errors import LockfileError
from zipper.pipeline.fingerprinting import fingerprint_requested
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from pathlib import Path

MEMBERS = {"a": {"b": "*", "t": "file:../t.tgz"}, "twin": {"b": "*", "t": "file:../t.tgz"}, "b": {}}
ALONE = {"exclude": ("package.json", "tsconfig*.json")}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace: two functions alike, a library, shared settings of a compiler, a tarball."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    workspaces = ["a", "twin", "b", "shared"]
    manifest = {"name": "root", "workspaces": workspaces, "devDependencies": {"shared": "*"}}
    packages: dict[str, Any] = {"": manifest, "node_modules/t": {"resolved": "file:t.tgz"}}
    root = tmp_path / "root"
    for name in workspaces:
        own = {"name": name, "dependencies": MEMBERS.get(name, {})}
        packages[name] = own
        packages[f"node_modules/{own['name']}"] = {"resolved": name, "link": True}
        write_files(root / name, {"package.json": own, "index.js": HANDLER, "own.json": "1"})
    packages["node_modules/dev"] = {"version": "1.0.0", "integrity": "sha512-AA", "dev": True}
    lock = {"lockfileVersion": 3, "packages": packages}
    files = {"package.json": manifest, "package-lock.json": lock, "t.tgz": "1", "logo.png": "1"}
    write_files(root, {**files, ".npmignore": "skipped.txt\n"})
    return root


def take(folder: Path, **settings: Any) -> str:
    request = request_from(Settings(**{**ALONE, **settings}), folder=str(folder))
    return fingerprint_requested(request)


@pytest.mark.parametrize(
    ("settings", "written", "counts"),
    [
        ({}, {"b/index.js": "2"}, True),
        ({}, {"b/skipped.txt": "x"}, False),
        ({}, {"t.tgz": "2"}, True),
        ({}, {"tsconfig.json": "2"}, False),
        ({}, {"shared/own.json": "2"}, False),
        ({}, {"logo.png": "2"}, False),
        ({"include": ("../*.png",)}, {"logo.png": "2"}, True),
        ({"bundle": True}, {"tsconfig.json": "2"}, True),
        ({"bundle": True}, {"shared/own.json": "2"}, True),
        ({"bundle": True}, {"shared/index.js": "2"}, False),
        ({"bundle": True}, {"b/skipped.txt": "2"}, True),
    ],
)
def test_which_files_of_a_workspace_count(
    root: Path, settings: dict[str, Any], written: dict[str, str | bytes | dict], counts: bool
) -> None:
    """What npm packs of a sibling; where esbuild makes the code, its sources and all tsconfigs."""
    before = take(root / "a", **settings)
    write_files(root, written)

    assert counts == (before != take(root / "a", **settings))


def test_naming_the_lockfile_that_counts_is_no_input(root: Path) -> None:
    """What counts is in it."""
    assert take(root / "a") == take(root / "a", lockfile="package-lock.json")


def test_members_alike_are_told_apart(root: Path) -> None:
    """What lies outside of a member goes to places that its own folder decides."""
    assert take(root / "a") != take(root / "twin")


def test_names_of_files_count(root: Path) -> None:
    """One of the same bytes at the same place in the order of names is another file."""
    before = take(root / "a")
    (root / "a/own.json").rename(root / "a/owner.json")

    assert before != take(root / "a")


def test_a_trace_counts_by_its_bytes(root: Path, tmp_path: Path) -> None:
    """Not by its place; and a layer that is named by its ARN counts by that."""
    seen = []
    for name, text in (("one", "1"), ("two", "1"), ("two", "2")):
        (tmp_path / name).write_text(text)
        seen.append(take(root / "a", trace=str(tmp_path / name)))
    arns = [f"arn:aws:lambda:eu-west-1:123456789012:layer:deps:{number}" for number in (1, 1, 2)]
    layers = [take(root / "a", prune="safe", layers=(arn,)) for arn in arns]

    assert seen[0] == seen[1] != seen[2]
    assert layers[0] == layers[1] != layers[2]


def test_the_library_that_deflates_counts(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another version of it may make other bytes of the same files."""
    before = take(root / "a")
    record = "Metadata-Version: 2.1\nName: deflate\nVersion: 99.0\n"
    write_files(tmp_path / "site", {"deflate-99.0.dist-info/METADATA": record})
    monkeypatch.syspath_prepend(str(tmp_path / "site"))

    assert before != take(root / "a")


@pytest.mark.parametrize(
    "key", ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"]
)
def test_whatever_is_needed_needs_a_lockfile(tmp_path: Path, key: str) -> None:
    """Of every kind; the error says how to write one."""
    write_files(tmp_path, {"package.json": {"name": "fn", key: {"a": "1"}}, "index.js": HANDLER})

    with pytest.raises(LockfileError) as raised:
        take(tmp_path)

    assert ("ENOLOCKFILE", "write one: `python -m zipper resolve`") == (
        raised.value.code,
        raised.value.hint,
    )
