"""How many notes there are, which are damaged, and which go."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from tests.support.notes import list_notes
from tests.support.scene import write_files
from zipper.folders import Remover
from zipper.store.note_upkeep import KindSize, find_damaged_notes, measure_notes, prune_notes
from zipper.store.notes import FILE_FACTS, KINDS, VERDICT, Notebook

if TYPE_CHECKING:
    from pathlib import Path


def note(cache: Path, number: int = 1) -> Path:
    """Write a verdict, and return its file."""
    before = set(list_notes(cache, "verdict"))
    Notebook(cache).remember(VERDICT, number, b"body")
    (made,) = set(list_notes(cache, "verdict")) - before
    return made


def sizes(cache: Path) -> dict[str, KindSize]:
    return {one.kind: one for one in measure_notes(cache)}


def test_each_kind_is_counted(tmp_path: Path) -> None:
    """Notes in files of their own and rows of one file; kinds without notes too."""
    assert {kind.name: (0, 0) for kind in KINDS} == {
        name: (one.notes, one.size_bytes) for name, one in sizes(tmp_path).items()
    }
    paths = [note(tmp_path, number) for number in range(3)]
    Notebook(tmp_path).remember_many(FILE_FACTS, [(("a", "b"), b"1")])

    found = sizes(tmp_path)

    assert (3, sum(path.stat().st_size for path in paths)) == found["verdict"][1:]
    rows = tmp_path / "notes" / f"{FILE_FACTS.name}.sqlite"
    assert (1, rows.stat().st_size) == found[FILE_FACTS.name][1:]


def test_damaged_notes_are_found(tmp_path: Path) -> None:
    """One that is cut, one under another's name, and a file of rows that is none."""
    good, cut, renamed = (note(tmp_path, number) for number in range(3))
    cut.write_bytes(cut.read_bytes()[:-1])
    other = renamed.rename(renamed.with_name("0" * 64))
    Notebook(tmp_path).remember_many(FILE_FACTS, [(("a", "b"), b"1")])
    assert {cut, other} == set(find_damaged_notes(tmp_path))

    rows = tmp_path / "notes" / f"{FILE_FACTS.name}.sqlite"
    rows.write_bytes(b"no rows" * 99)
    assert {cut, other, rows} == set(find_damaged_notes(tmp_path))
    assert good.exists()


def test_what_is_unused_or_of_others_goes(tmp_path: Path) -> None:
    """By the last reading or writing; so do damaged ones, and what former versions wrote."""
    old, read, new, cut = (note(tmp_path, number) for number in range(4))
    day = time.time() - 86_400
    os.utime(old, (day - 10, day - 10))
    os.utime(read, (day + 10, day - 10))
    cut.write_bytes(b"cut")
    write_files(
        tmp_path,
        {"notes/unknown/ab/note": "x", "notes/file": "x", "resolutions/a": "x",
         "facts.sqlite": "x", "store/4-x/notes/a": "x", "store/4-x/sha512/ab/kept.zip": "x"},
    )  # fmt: skip
    remover = Remover()

    prune_notes(tmp_path, day, remover)

    assert [False, True, True, False] == [path.exists() for path in (old, read, new, cut)]
    kept = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    assert not kept & {"notes/unknown", "notes/file", "resolutions", "facts.sqlite"}
    assert "store/4-x/notes" not in kept
    assert "store/4-x/sha512/ab/kept.zip" in kept
    assert [] == remover.failures


def test_rows_of_other_code_go(tmp_path: Path) -> None:
    """Those of this code stay."""
    Notebook(tmp_path, identity="other").remember_many(FILE_FACTS, [("a", b"1")])
    Notebook(tmp_path).remember_many(FILE_FACTS, [("b", b"2")])
    assert 2 == sizes(tmp_path)[FILE_FACTS.name].notes

    prune_notes(tmp_path, 0, Remover())

    assert 1 == sizes(tmp_path)[FILE_FACTS.name].notes
    assert {0: b"2"} == Notebook(tmp_path).recall_many(FILE_FACTS, ["b"])
