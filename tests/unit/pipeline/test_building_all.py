"""Several functions at once: who builds them, what is told, and how each came out."""

from __future__ import annotations

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

import zipper
from tests.support.git_repository import GitRepository, require_git
from tests.support.scene import HANDLER, write_files
from zipper.events import FunctionsBuilt
from zipper.pipeline.building_all import _count_threads, build_all

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.events import Event

SETTINGS = """
[tool.zipper]
output = "out/"
[[tool.zipper.functions]]
name = "a"
project = "a"
[[tool.zipper.functions]]
name = "b"
project = "b"
"""


@pytest.fixture
def functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two functions in a repository."""
    require_git()
    monkeypatch.setenv("ZIPPER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "all"
    repository = GitRepository(folder)
    files = {f"{name}/index.js": HANDLER for name in "ab"}
    manifests = {f"{name}/package.json": {"name": name} for name in "ab"}
    repository.commit({"pyproject.toml": SETTINGS, ".gitignore": "out/\n", **files, **manifests})
    return folder


def test_an_executor_builds_those_that_differ_too(functions: Path) -> None:
    """It tells how many are done, with `affected` and without."""
    events: list[Event] = []
    with ThreadPoolExecutor(2) as executor:
        built = build_all(functions, executor=executor, on_event=events.append)
        assert FunctionsBuilt(2, 2) in events
        for name in "ab":
            write_files(functions, {f"{name}/index.js": HANDLER + "\n"})
        events.clear()
        differing = build_all(functions, affected="HEAD", executor=executor, on_event=events.append)

    assert FunctionsBuilt(2, 2) in events
    assert ["a", "b"] == [one.name for one in built] == [one.name for one in differing]
    assert [(), ()] == [one.affected_by for one in built]
    assert [["file"], ["file"]] == [[why.kind for why in one.affected_by] for one in differing]
    document = differing[0].as_json()
    assert ["name", "affected_by"] == list(document)[:2]
    assert "all" not in json.dumps(document["affected_by"])
    assert [False, False] == [one.has_failed for one in built]


def test_what_differs_not_is_not_built(functions: Path) -> None:
    """Nothing is an answer too."""
    assert () == build_all(functions, affected="HEAD")


def test_what_fails_is_an_error_where_that_is_wanted(functions: Path) -> None:
    """One without a package, and one that does not pass; the others are built all the same."""
    write_files(functions, {"b/index.js": "exports.other = 1;\n"})

    first, second = build_all(functions)
    with pytest.raises(zipper.ZipperError) as failed:
        build_all(functions, raise_on_error=True)
    (functions / "b" / "package.json").unlink()
    (functions / "b" / "index.js").unlink()
    _, lost = build_all(functions)
    with pytest.raises(zipper.ZipperError) as absent:
        build_all(functions, raise_on_error=True)

    assert [False, True, True] == [one.has_failed for one in (first, second, lost)]
    assert ("ECHECK", "ENOPROJECT") == (failed.value.code, absent.value.code)
    assert "ENOPROJECT" == lost.as_json()["error"]["code"]
    assert "verdict" in second.as_json()
    assert build_all(functions / "a", raise_on_error=True)


def test_one_function_raises_its_error(functions: Path) -> None:
    """Where settings describe one alone; of several each has its own."""
    (functions / "a" / "package.json").write_text("{")

    with pytest.raises(zipper.ZipperError) as raised:
        build_all(functions / "a")
    broken, sound = build_all(functions)

    assert "EJSONPARSE" == raised.value.code
    assert broken.error is not None
    assert ("EJSONPARSE", None) == (broken.error.code, broken.package)
    assert (None, True) == (sound.error, sound.package is not None)


def test_a_zip_is_left_alone_where_nothing_changed(functions: Path) -> None:
    """The second time both are as they were; one alone is written again."""
    assert [False, False] == [
        one.package.is_unchanged for one in build_all(functions) if one.package
    ]
    assert [True, True] == [one.package.is_unchanged for one in build_all(functions) if one.package]
    for _ in range(2):
        (one,) = build_all(functions / "a", output="single/")
        assert one.package is not None
        assert not one.package.is_unchanged
        assert one.name is None
        assert "name" not in one.as_json()


@pytest.mark.parametrize(
    ("processors", "has_lock", "expected"),
    [(16, True, 4), (4, True, 4), (2, True, 2), (None, True, 1), (16, False, 16), (2, False, 2),
     (16, None, 4)],
)  # fmt: skip
def test_few_threads_share_one_lock(
    monkeypatch: pytest.MonkeyPatch, processors: int | None, has_lock: bool | None, expected: int
) -> None:
    """A Python without the lock has one for each processor; an older one cannot say that."""
    monkeypatch.setattr(os, "cpu_count", lambda: processors)
    monkeypatch.delattr(sys, "_is_gil_enabled", raising=False)
    if has_lock is not None:
        monkeypatch.setattr(sys, "_is_gil_enabled", lambda: has_lock, raising=False)

    assert expected == _count_threads()
