"""Which of several lockfiles counts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from zipper.errors import LockfileError
from zipper.npm.lockfile_formats import FORMATS, NPM_LOCKFILES
from zipper.project.foreign_lockfile import find_foreign
from zipper.settings.package_options import PACKAGE_OPTIONS

if TYPE_CHECKING:
    from pathlib import Path


def write(folder: Path, *names: str, **manifest: object) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(manifest), encoding="utf-8")
    for name in names:
        (folder / name).write_text("x", encoding="utf-8")
    return folder


def find(folder: Path) -> str | None:
    found = find_foreign(folder)
    return None if found is None else found.name


def test_the_only_one_counts(tmp_path: Path) -> None:
    """One foreign lockfile counts where npm has none, and does not where npm has one."""
    folder = write(tmp_path / "a", "pnpm-lock.yaml")

    assert "pnpm-lock.yaml" == find(folder)
    assert find(write(folder, "package-lock.json")) is None
    assert find(write(tmp_path / "b")) is None


@pytest.mark.parametrize(
    "manifest",
    [
        {"packageManager": "bun@1.4.5"},
        {"packageManager": "bun@1.4.5+sha512.0123"},
        {"devEngines": {"packageManager": {"name": "bun"}}},
        {"devEngines": {"packageManager": [{"name": "bun", "version": "1"}]}},
        {"devEngines": {"packageManager": [{"name": "pnpm"}, {"name": "bun"}, {"name": "npm"}]}},
        {"packageManager": "vlt@1.0.0", "devEngines": {"packageManager": {"name": "bun"}}},
        {"packageManager": "bun", "devEngines": {"packageManager": {"name": "yarn"}}},
    ],
)
def test_package_json_decides(tmp_path: Path, manifest: dict) -> None:
    """The package manager that it names counts, over npm's own lockfile too."""
    folder = write(tmp_path / "a", "bun.lock", "yarn.lock", **manifest)

    assert "bun.lock" == find(folder)
    assert "bun.lock" == find(write(folder, "package-lock.json", **manifest))


def test_npm_is_one_of_the_alternatives(tmp_path: Path) -> None:
    """The first that is named and has a lockfile counts."""
    managers = {"packageManager": [{"name": "yarn"}, {"name": "npm"}, {"name": "bun"}]}

    folder = write(tmp_path / "a", "bun.lock", "package-lock.json", devEngines=managers)

    assert find(folder) is None


def test_two_and_nothing_that_decides_is_an_error(tmp_path: Path) -> None:
    """A guess would be wrong half of the time."""
    with pytest.raises(LockfileError) as caught:
        find(write(tmp_path / "a", "pnpm-lock.yaml", "yarn.lock", packageManager="npm@11.0.0"))

    assert "ELOCKFILES" == caught.value.code
    assert "packageManager" in (caught.value.hint or "")


def test_bun_s_binary_one_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    """A text can be made of it; beside a text it does not matter."""
    with pytest.raises(LockfileError) as caught:
        find(write(tmp_path / "a", "bun.lockb"))

    assert "--save-text-lockfile" in (caught.value.hint or "")
    assert "bun.lock" == find(write(tmp_path / "b", "bun.lockb", "bun.lock"))


def test_a_member_finds_its_root_s(tmp_path: Path) -> None:
    """The nearest lockfile above counts where it names the member's folder."""
    root = write(tmp_path / "root", "pnpm-lock.yaml")
    (root / "pnpm-lock.yaml").write_text("importers:\n  packages/fn: {}\n", encoding="utf-8")

    found = find_foreign(write(root / "packages/fn"))

    assert found is not None
    assert root == found.folder
    assert find_foreign(root / "packages/fn", looks_above=False) is None
    assert find(write(root / "elsewhere")) is None


def test_the_setting_decides(tmp_path: Path) -> None:
    """Over what package.json names, and over npm's lockfile; what is not there is an error."""
    names = ("pnpm-lock.yaml", "bun.lock", "package-lock.json")
    folder = write(tmp_path / "a", *names, packageManager="bun@1.4.5")

    chosen = [find_foreign(folder, wanted=name) for name in names]

    assert ["pnpm-lock.yaml", "bun.lock", None] == [one.name if one else None for one in chosen]
    with pytest.raises(LockfileError) as caught:
        find_foreign(folder, wanted="yarn.lock")
    assert "ELOCKFILES" == caught.value.code


def test_the_setting_names_what_there_is() -> None:
    """Its words are the names of the lockfiles that are read."""
    option = next(one for one in PACKAGE_OPTIONS if one.name == "lockfile")

    assert {*NPM_LOCKFILES, *FORMATS} - {"bun.lockb"} == set(option.choices)
