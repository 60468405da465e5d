"""yarn.lock: what npm reads in it, which is everything up to the first line it cannot read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.lockfile.yarn_classic import YarnEntry, read_yarn_lock

_URL = "https://registry.example/a/-/a-1.0.0.tgz"
_A = f'a@^1.0.0:\n  version "1.0.0"\n  resolved "{_URL}#abc"\n  integrity sha512-x\n'
_WHOLE = YarnEntry("1.0.0", _URL, "sha512-x", fragment="abc")


def test_entries_of_a_whole_file() -> None:
    """Comments, quoted and several specs, groups of dependencies, a folder without an address."""
    text = (
        f"# yarn lockfile v1\n\n\n{_A}  dependencies:\n"
        '    "@s/b" ">=1 <3"\n    c "^1"\n\n"@s/b@>=1 <3", "@s/b@^2":\n  version "2.0.0"\n'
    )
    folder = YarnEntry("2.0.0", "")

    lock = read_yarn_lock(text.encode())

    assert lock.is_whole
    needs = {"@s/b": ">=1<3", "c": "^1"}
    whole = _WHOLE._replace(dependencies=needs)
    assert {"a@^1.0.0": whole, "@s/b@>=1 <3": folder, "@s/b@^2": folder} == lock.entries


def test_line_ends_of_windows() -> None:
    """They are line ends."""
    assert {"a@^1.0.0": _WHOLE} == read_yarn_lock(_A.replace("\n", "\r\n").encode()).entries


def test_the_last_of_two_entries_counts() -> None:
    """One `name@spec` may stand twice."""
    text = f'{_A}\na@^1.0.0:\n  version "1.1.0"\n'
    assert {"a@^1.0.0": YarnEntry("1.1.0", "")} == read_yarn_lock(text.encode()).entries


@pytest.mark.parametrize(
    "line",
    [
        "<<<<<<< HEAD",
        '  version "0.0.0"',
        "    b ^1",
        "  dependencies:",
        " oops",
        "\ufeff# comment",
    ],
)
def test_nothing_counts_after_a_broken_line(line: str) -> None:
    """A line that is none, and a line that belongs to no entry."""
    lock = read_yarn_lock(f"{_A}\n{line}\nb@^1.0.0:\n  version 1.0.0\n".encode())

    assert not lock.is_whole
    assert {"a@^1.0.0": _WHOLE} == lock.entries


@pytest.mark.parametrize("line", ["  version", "    b ^1", "  resolved x y", "\tresolved x"])
def test_broken_entry_counts_as_far_as_it_goes(line: str) -> None:
    """What the entry said before the broken line stays."""
    lock = read_yarn_lock(f'a@^1.0.0:\n  version "1.0.0"\n{line}\n  resolved "{_URL}"\n'.encode())

    assert not lock.is_whole
    assert {"a@^1.0.0": YarnEntry("1.0.0", "")} == lock.entries


def test_later_yarns_lockfile_has_no_entry() -> None:
    """Its keys end in a colon, so nothing in it is called `version`."""
    text = f'__metadata:\n  version: 8\n\n"a@^1.0.0":\n  version: 1.0.0\n  resolved: "{_URL}"\n'
    assert {} == read_yarn_lock(text.encode()).entries


@given(st.lists(st.sampled_from([*'a @":,\\\r\n#', "  ", "    ", "version ", "\u2028", "x:\n"])))
def test_no_text_is_an_error(parts: list[str]) -> None:
    """Whatever stands in the file, entries have a version."""
    assert all(entry.version for entry in read_yarn_lock("".join(parts).encode()).entries.values())


def test_bytes_that_are_no_text() -> None:
    """They are broken characters, as for Node."""
    assert {"\ufffd@1": YarnEntry("1", "")} == read_yarn_lock(b"\xff@1:\n  version 1\n").entries
