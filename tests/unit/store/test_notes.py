"""The notebook gives back what was noted, for the same code, inputs and witnesses, or nothing."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zipper.store.notes import FILE_FACTS, KINDS, VERDICT, Kind, Notebook, Value, is_usable

LAYERS = ("x", 1, True, 1.5)
INPUTS: Value = ("abc", None, LAYERS)


def _file(notebook: Notebook) -> Path:
    (path,) = (path for path in notebook.folder.rglob("*") if path.is_file())
    return path


def test_what_is_noted_is_recalled(tmp_path: Path) -> None:
    """A result comes back from another object, whatever its bytes are."""
    assert Notebook(tmp_path / "c").recall(VERDICT, INPUTS) is None
    assert not (tmp_path / "c").exists()
    Notebook(tmp_path / "c").remember(VERDICT, INPUTS, b"\0\n\xff[]\n")

    assert b"\0\n\xff[]\n" == Notebook(tmp_path / "c").recall(VERDICT, INPUTS)


@pytest.mark.parametrize(
    "inputs",
    [
        ("abd", None, LAYERS),
        ("abc", "", LAYERS),
        ("abc", None, LAYERS, None),
        ("abc", None),
        (None, "abc", LAYERS),
        ("abc", None, ("x", "1", True, 1.5)),
        ("abc", None, ("x", 1, 1, 1.5)),
        ("abc", None, (("x", 1), True, 1.5)),
    ],
)
def test_other_inputs_are_another_note(tmp_path: Path, inputs: Value) -> None:
    """Each input counts by value and type."""
    Notebook(tmp_path).remember(VERDICT, INPUTS, b"1")

    assert Notebook(tmp_path).recall(VERDICT, inputs) is None


def test_kind_and_code_count(tmp_path: Path) -> None:
    """Notes of another kind and of other code are not believed."""
    Notebook(tmp_path, identity="a").remember(VERDICT, INPUTS, b"1")

    assert b"1" == Notebook(tmp_path, identity="a").recall(VERDICT, INPUTS)
    assert Notebook(tmp_path, identity="b").recall(VERDICT, INPUTS) is None
    assert Notebook(tmp_path, identity="a").recall(Kind("other"), INPUTS) is None


@pytest.mark.parametrize("value", [[1], {"a": 1}, b"1", frozenset({"a"}), Path("a"), ("a", [1])])
def test_only_plain_values_are_inputs(tmp_path: Path, value: object) -> None:
    """What has no form of its own in a note is refused when it is asked and when it is noted."""
    inputs: Value = ("a", value)  # type: ignore[assignment]  # what is tested
    with pytest.raises(TypeError, match="a note cannot hold"):
        Notebook(tmp_path).recall(VERDICT, inputs)
    with pytest.raises(TypeError, match="a note cannot hold"):
        Notebook(tmp_path).remember(VERDICT, inputs, b"")


def test_odd_texts_are_inputs(tmp_path: Path) -> None:
    """Names with bytes that are no UTF-8 are told apart."""
    odd = os.fsdecode(b"\xff")
    Notebook(tmp_path).remember(VERDICT, odd, b"1")

    assert b"1" == Notebook(tmp_path).recall(VERDICT, odd)
    assert Notebook(tmp_path).recall(VERDICT, os.fsdecode(b"\xfe")) is None


def test_witnesses_are_judged(tmp_path: Path) -> None:
    """A result with witnesses holds while `still` says so of them, and never unasked."""
    notebook = Notebook(tmp_path)
    witnesses = (("file", 3, None), ())
    notebook.remember(VERDICT, INPUTS, b"1", witnesses)
    seen: list[Value] = []

    assert b"1" == notebook.recall(VERDICT, INPUTS, lambda value: not seen.append(value))
    assert [witnesses] == seen
    assert notebook.recall(VERDICT, INPUTS, lambda _: False) is None
    assert notebook.recall(VERDICT, INPUTS) is None


@settings(deadline=None)  # the disk of a busy machine takes its time
@given(st.integers(0), st.integers(0, 7))
def test_a_flipped_bit_is_no_note(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    """Whichever bit of a note is flipped, nothing is recalled, and it counts as damaged."""
    notebook = Notebook(tmp_path_factory.mktemp("cache"))
    notebook.remember(VERDICT, INPUTS, b'{"findings": []}')
    path = _file(notebook)
    data = bytearray(path.read_bytes())
    data[at % len(data)] ^= 1 << bit
    path.write_bytes(data)

    assert notebook.recall(VERDICT, INPUTS) is None
    assert is_usable(path, VERDICT) is None


@pytest.mark.parametrize("data", [b"", b"\n", b"in step", b"0" * 64 + b"\n{}\n[]\n"])
def test_what_is_no_note_is_none(tmp_path: Path, data: bytes) -> None:
    """A file of another form in a note's place is not read as one."""
    notebook = Notebook(tmp_path)
    notebook.remember(VERDICT, INPUTS, b"1")
    _file(notebook).write_bytes(data)

    assert notebook.recall(VERDICT, INPUTS) is None


def test_a_note_in_the_place_of_another_is_none(tmp_path: Path) -> None:
    """A sound note that was copied over another's file is not recalled as that."""
    notebook = Notebook(tmp_path)
    notebook.remember(VERDICT, 1, b"1")
    first = _file(notebook)
    data = first.read_bytes()
    first.unlink()
    notebook.remember(VERDICT, 2, b"2")
    path = _file(notebook)
    path.write_bytes(data)

    assert notebook.recall(VERDICT, 2) is None
    assert is_usable(path, VERDICT) is None


def test_without_recall_all_is_noted(tmp_path: Path) -> None:
    """A notebook that recalls nothing notes all the same, over what was there."""
    Notebook(tmp_path).remember(VERDICT, INPUTS, b"wrong")
    afresh = Notebook(tmp_path, recalls=False)
    assert afresh.recall(VERDICT, INPUTS) is None
    afresh.remember(VERDICT, INPUTS, b"right")

    assert b"right" == Notebook(tmp_path).recall(VERDICT, INPUTS)


def test_a_place_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """A file where the folder should be only means that nothing is noted."""
    (tmp_path / "notes").write_bytes(b"")
    notebook = Notebook(tmp_path)
    notebook.remember(VERDICT, INPUTS, b"1")
    notebook.remember_many(FILE_FACTS, [(1, b"1")])

    assert notebook.recall(VERDICT, INPUTS) is None
    assert {} == notebook.recall_many(FILE_FACTS, [1])


def test_many_small_notes_are_recalled_by_number(tmp_path: Path) -> None:
    """Rows come back by their number; those of other code, and unknown ones, are left out."""
    notebook = Notebook(tmp_path, identity="a")
    rows: list[tuple[Value, bytes]] = [(n, b"%d" % n) for n in range(1200)]
    notebook.remember_many(FILE_FACTS, rows)

    asked = [1199, -1, 7, 7]
    assert {0: b"1199", 2: b"7", 3: b"7"} == notebook.recall_many(FILE_FACTS, asked)
    assert {} == Notebook(tmp_path, identity="b").recall_many(FILE_FACTS, asked)
    assert {} == Notebook(tmp_path, identity="a", recalls=False).recall_many(FILE_FACTS, asked)


def test_rows_that_are_written_together_are_recalled_before(tmp_path: Path) -> None:
    """Rows that wait are known to their notebook, and to every other once they are written."""
    notebook = Notebook(tmp_path)
    rows: list[tuple[Value, bytes]] = [(n, b"%d" % n) for n in range(2_500)]
    asked = [2_499, 5]
    with notebook.writes_together():
        for row in rows:
            notebook.remember_many(FILE_FACTS, [row])
        assert {0: b"2499", 1: b"5"} == notebook.recall_many(FILE_FACTS, asked)
        assert {1: b"5"} == Notebook(tmp_path).recall_many(FILE_FACTS, asked)

    assert {0: b"2499", 1: b"5"} == Notebook(tmp_path).recall_many(FILE_FACTS, asked)
    notebook.remember_many(FILE_FACTS, [(-1, b"-1")])
    assert {0: b"-1"} == Notebook(tmp_path).recall_many(FILE_FACTS, [-1])


def test_rows_of_threads_are_all_written(tmp_path: Path) -> None:
    """No row is lost between threads that note while others write."""
    notebook = Notebook(tmp_path)

    def work(first: int) -> None:
        for number in range(first, 4_000, 4):
            notebook.remember_many(FILE_FACTS, [(number, b"1")])

    with notebook.writes_together(), ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert 4_000 == len(Notebook(tmp_path).recall_many(FILE_FACTS, range(4_000)))


def test_threads_see_whole_notes(tmp_path: Path) -> None:
    """While many threads note and recall the same, each recalls a whole result or none."""
    notebook = Notebook(tmp_path)
    bodies = {bytes([65 + n]) * 5000 for n in range(4)}
    seen: set[bytes | None] = set()

    def work(body: bytes) -> None:
        for _ in range(30):
            notebook.remember(VERDICT, INPUTS, body)
            seen.add(notebook.recall(VERDICT, INPUTS))

    threads = [threading.Thread(target=work, args=(body,)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen <= bodies


def test_kinds_have_names_of_their_own() -> None:
    """Each kind has its own folder."""
    assert len(KINDS) == len({kind.name for kind in KINDS})
