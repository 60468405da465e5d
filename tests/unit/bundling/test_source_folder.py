"""Files as they are written, and whether what was answered still holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files
from zipper.bundling.source_folder import SourceFolder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_files(tmp_path / "root", {"src/a.ts": "1", "src/lib/b.ts": "2"})
    write_files(tmp_path, {"beside/c.ts": "3"})
    return tmp_path / "root"


def test_names_count_as_they_are_written(folder: Path) -> None:
    """Case counts whatever the disk does, also in folders; `..` leads beside the root."""
    files = SourceFolder(folder)

    assert files.is_file("src/a.ts")
    assert not files.is_file("src/A.ts")
    assert not files.is_file("SRC/a.ts")
    assert not files.is_file("src/lib")
    assert files.is_folder("src/lib")
    assert files.is_folder("")
    assert files.is_file("../beside/c.ts")
    assert "src/a.ts" == files.find_other_case("src/A.ts")
    assert files.find_other_case("src/a.ts") is None


def ask(files: SourceFolder) -> None:
    files.is_file("src/a.ts")
    files.is_file("src/x.ts")
    files.read("src/lib/b.ts")
    files.find_other_case("src/lib/C.ts")


def add(name: str) -> Callable[[Path], None]:
    return lambda folder: write_files(folder, {name: "new"})


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        (lambda _: None, True),
        (add("src/unasked.ts"), True),
        (add("src/a.ts"), True),
        (add("src/x.ts"), False),
        (add("src/lib/b.ts"), False),
        (add("src/lib/c.ts"), False),
        (lambda folder: (folder / "src/a.ts").unlink(), False),
        (lambda folder: (folder / "src/lib/b.ts").unlink(), False),
    ],
)  # fmt: skip
def test_answers_hold_while_what_was_asked_is_the_same(
    folder: Path, change: Callable[[Path], None], *, holds: bool
) -> None:
    """Names that were there or not, contents that were read, and nothing else."""
    files = SourceFolder(folder)
    ask(files)
    kept = _as_tuples(json.loads(json.dumps(files.witnesses())))
    change(folder)

    assert holds == SourceFolder(folder).still(kept)


def _as_tuples(value: object) -> object:
    return tuple(map(_as_tuples, value)) if isinstance(value, list) else value
