"""Which lockfile a build went by, and which version of its tool the project names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.errors import LockfileError
from zipper.pipeline.lockfile_use import check_lockfile, describe_lockfile
from zipper.project.read_project import read_project
from zipper.settings.build_request import request_from
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from pathlib import Path

NPM = {"lockfileVersion": 3, "packages": {"": {"name": "fn"}}}
PNPM = "lockfileVersion: '9.0'\nimporters:\n  .: {}\n"


@pytest.mark.parametrize(
    ("named", "version"),
    [
        (None, None),
        ("npm@11.2.0", "11.2.0"),
        ("npm@11.2.0+sha512.abc", "11.2.0"),
        ("npm", None),
        ("yarn@4.1.0", None),
        ("npm@https://me:s3cret@registry.example/npm.tgz", None),
        (7, None),
    ],
)
def test_the_tool_is_named_with_its_version(
    tmp_path: Path, named: object, version: str | None
) -> None:
    """As package.json's `packageManager` says it, of this tool; an address may hold a password."""
    manifest = {"name": "fn", **({} if named is None else {"packageManager": named})}
    write_files(tmp_path, {"package.json": manifest, "package-lock.json": NPM})

    used = describe_lockfile(read_project(tmp_path), None)

    assert used is not None
    assert (str(tmp_path / "package-lock.json"), "npm", version, "3", None) == tuple(used)


@pytest.mark.parametrize(
    ("name", "text", "tool", "version"),
    [
        ("pnpm-lock.yaml", PNPM, "pnpm", "9.0"),
        ("yarn.lock", "# yarn lockfile v1\n", "yarn", "1"),
        ("npm-shrinkwrap.json", '{"lockfileVersion": 2, "packages": {"": {}}}', "npm", "2"),
    ],
)
def test_a_build_says_which_lockfile_counts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    text: str,
    tool: str,
    version: str,
) -> None:
    """Its path, whose it is, and its format."""
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    manifest = {"name": "fn", "packageManager": f"{tool}@7.1.0"}
    write_files(tmp_path / "fn", {"package.json": manifest, "index.js": HANDLER, name: text})

    used = zipper.build(tmp_path / "fn", output=tmp_path / "fn.zip").lockfile

    assert used is not None
    assert (str(tmp_path / "fn" / name), tool, "7.1.0", version) == tuple(used)[:4]


def test_without_a_lockfile_there_is_none(tmp_path: Path) -> None:
    """Nothing counts, and nothing can be in step."""
    write_files(tmp_path, {"package.json": {"name": "fn"}})
    request = request_from(Settings(cache_dir=str(tmp_path / "cache")), folder=str(tmp_path))

    assert describe_lockfile(read_project(tmp_path), None) is None
    with pytest.raises(LockfileError, match="has no lockfile that can be in step") as raised:
        check_lockfile(request)
    assert "EUSAGE" == raised.value.code
    assert "zipper resolve" in (raised.value.hint or "")


@pytest.mark.parametrize(("name", "text"), [("package-lock.json", NPM), ("pnpm-lock.yaml", PNPM)])
def test_one_in_step_is_named_with_its_packages(
    tmp_path: Path, name: str, text: str | dict
) -> None:
    """The project itself is none of them."""
    write_files(tmp_path, {"package.json": {"name": "fn"}, name: text})
    request = request_from(Settings(cache_dir=str(tmp_path / "cache")), folder=str(tmp_path))

    used, packages = check_lockfile(request)

    assert (str(tmp_path / name), 0) == (used.path, packages)


ONE = """lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      one: {specifier: '1', version: 1.0.0}
    optionalDependencies:
      arm: {specifier: '1', version: 1.0.0}
packages:
  one@1.0.0: {resolution: {integrity: sha512-AAAA}}
  arm@1.0.0: {resolution: {integrity: sha512-AAAA}, cpu: [arm64]}
snapshots:
  one@1.0.0: {}
  arm@1.0.0: {optional: true}
"""


@pytest.mark.parametrize(("architecture", "count"), [("x86_64", 1), ("arm64", 2)])
def test_packages_of_the_target_are_counted(tmp_path: Path, architecture: str, count: int) -> None:
    """Of another tool's lockfile what is laid out for it, with all edges that were checked."""
    needs = {"dependencies": {"one": "1"}, "optionalDependencies": {"arm": "1"}}
    write_files(tmp_path, {"package.json": {"name": "fn", **needs}, "pnpm-lock.yaml": ONE})
    settings = Settings(cache_dir=str(tmp_path / "cache"), architecture=architecture)

    used, packages = check_lockfile(request_from(settings, folder=str(tmp_path)))

    assert (count, count, "9.0") == (packages, used.edges, used.version)
