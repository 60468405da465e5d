"""The settings beside a foreign lockfile, read from the disk and held against it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from zipper.errors import LockfileError
from zipper.project.foreign_lockfile import find_foreign
from zipper.resolving.files_beside import FilesBeside, hash_file
from zipper.resolving.frozen_settings import compare_settings
from zipper.resolving.read_foreign import read_foreign

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.findings import Finding

PNPM = "lockfileVersion: '9.0'\nimporters:\n  .: {}\n"


def compare(folder: Path, lockfile: str, text: str, **files: object) -> tuple[Finding, ...]:
    """Write a project, and compare its settings."""
    for name, value in {"package.json": {}, **files}.items():
        written = value if isinstance(value, str) else json.dumps(value)
        (folder / name).write_text(written, encoding="utf-8")
    (folder / lockfile).write_text(text, encoding="utf-8")
    foreign = find_foreign(folder, wanted=lockfile)
    assert foreign is not None
    beside = FilesBeside(foreign)
    return compare_settings(foreign, read_foreign(foreign, beside), beside)


def bun(version: int, **settings: object) -> str:
    workspaces = {"": {"name": "r", "dependencies": {"a": "catalog:"}}}
    packages = {"a": ["a@1.0.0", "", {}, ""]}
    root = {"lockfileVersion": version, "workspaces": workspaces, "packages": packages}
    return json.dumps({**root, **settings})


def test_pnpm_s_code_and_the_difference(tmp_path: Path) -> None:
    """As pnpm's frozen install refuses it, with what differs and the command that mends it."""
    manifest = {"packageManager": "pnpm@10.1.0+sha512.00", "pnpm": {"overrides": {"a": "1"}}}

    with pytest.raises(LockfileError) as caught:
        compare(tmp_path, "pnpm-lock.yaml", PNPM, **{"package.json": manifest})

    assert "ERR_PNPM_LOCKFILE_CONFIG_MISMATCH" == caught.value.code
    assert (("overrides", "`a`: `1` there, and not in the lockfile"),) == caught.value.facts
    assert "pnpm install" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("manifest", "is_read"),
    [
        ({"packageManager": "pnpm@9.15.9"}, False),
        ({"packageManager": "pnpm@10.5.0"}, True),
        ({"devEngines": {"packageManager": {"name": "pnpm", "version": "^10"}}}, True),
        ({"devEngines": {"packageManager": {"name": "pnpm", "version": "~9.1.0"}}}, False),
        (
            {
                "devEngines": {
                    "packageManager": [
                        {"name": "npm", "version": "^11"},
                        {"name": "pnpm", "version": "~9.1.0"},
                    ]
                }
            },
            False,
        ),
    ],
)
def test_the_version_decides_which_file_counts(
    tmp_path: Path, manifest: dict[str, object], *, is_read: bool
) -> None:
    """Pnpm 9 takes no overrides from pnpm-workspace.yaml, whose anchors are read."""
    files = {
        "package.json": manifest,
        "pnpm-workspace.yaml": "x: &x {a: '1'}\noverrides: *x\n",
    }
    if is_read:
        with pytest.raises(LockfileError):
            compare(tmp_path, "pnpm-lock.yaml", PNPM, **files)
    else:
        assert () == compare(tmp_path, "pnpm-lock.yaml", PNPM, **files)


def test_what_depends_on_the_version_is_a_warning(tmp_path: Path) -> None:
    """Where package.json names no pnpm, an older one may refuse what a newer one does not read."""
    manifest = {"pnpm": {"overrides": {"a": "1"}}}

    found = compare(tmp_path, "pnpm-lock.yaml", PNPM, **{"package.json": manifest})

    assert [("lockfile-settings", "warning")] == [(one.code, one.severity) for one in found]


@pytest.mark.parametrize(
    ("version", "settings", "manifest", "fits"),
    [
        (2, {}, {}, True),
        (2, {"overrides": {"a": "1.0.0"}}, {"overrides": {"a": "1.0.0"}}, True),
        (2, {"overrides": {"a": "1.0.0"}}, {"resolutions": {"a": "1.0.0"}}, True),
        (2, {"overrides": {"a": "1.0.0"}}, {}, False),
        (1, {"overrides": {"a": "1.0.0"}}, {}, True),
        (1, {"overrides": {"a": "1.0.0"}}, {"overrides": {"a": "2.0.0"}}, False),
        (2, {"catalog": {"a": "1.0.0"}}, {"catalog": {"a": "^1.0.0"}}, False),
        (1, {"catalog": {"a": "1.0.0"}}, {"workspaces": {"catalog": {"a": "^1.0.0"}}}, True),
        (1, {"catalog": {"a": "1.0.0"}}, {"workspaces": {"catalog": {"a": "2"}}}, False),
        (2, {"catalogs": {"x": {"a": "1"}}}, {"catalogs": {"x": {"a": "1"}}}, True),
        (2, {}, {"catalog": {"b": "1.0.0"}, "catalogs": {"x": {"a": "9"}}}, True),
        (1, {"catalog": {"a": "1.0.0"}}, {"catalogs": {"x": {"a": "9"}}}, False),
        (1, {"catalog": {"a": "1.0.0", "b": "1"}}, {"catalog": {"a": "1"}}, True),
        (2, {"trustedDependencies": ["a"]}, {}, True),
    ],
)
def test_bun_compares_overrides_and_catalogs(
    tmp_path: Path,
    version: int,
    settings: dict[str, object],
    manifest: dict[str, object],
    *,
    fits: bool,
) -> None:
    """Bun 1.4 compares them themselves, older ones what would be chosen; trust is not compared."""
    beside = {"package.json": {"dependencies": {"a": "catalog:"}, **manifest}}
    if fits:
        assert () == compare(tmp_path, "bun.lock", bun(version, **settings), **beside)
        return
    with pytest.raises(LockfileError) as caught:
        compare(tmp_path, "bun.lock", bun(version, **settings), **beside)
    assert "EFROZENLOCKFILE" == caught.value.code


def test_what_was_read_is_remembered(tmp_path: Path) -> None:
    """A file that was not there is a witness, too: one that appears may change the answer."""
    (tmp_path / "package.json").write_text("{}", "utf-8")
    (tmp_path / "pnpm-lock.yaml").write_text(PNPM, "utf-8")
    foreign = find_foreign(tmp_path)
    assert foreign is not None
    beside = FilesBeside(foreign)

    assert beside.read("a\0b") is None
    assert beside.read_text(".pnpmfile.cjs") is None
    rows = dict(beside.list_witnesses())
    assert hash_file(foreign, ".pnpmfile.cjs") == rows[".pnpmfile.cjs"]
    (tmp_path / ".pnpmfile.cjs").write_text("x", "utf-8")
    assert hash_file(foreign, ".pnpmfile.cjs") != rows[".pnpmfile.cjs"]
