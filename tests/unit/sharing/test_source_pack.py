"""Packs of sources: what is written is read, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zipper.sharing.source_pack import PackedSource, SourcePack, read_pack, write_pack

NAMES = st.text(min_size=1, max_size=9).filter(lambda name: "/" not in name and name not in ".. ")
PATHS = st.lists(NAMES, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))
CONTENTS = st.binary(max_size=40)


@given(
    st.dictionaries(PATHS, st.tuples(CONTENTS, st.booleans(), st.booleans()), max_size=5),
    st.dictionaries(PATHS, NAMES, max_size=3),
)
def test_a_pack_is_read_as_it_was_written(
    files: dict[str, tuple[bytes, bool, bool]], links: dict[str, str]
) -> None:
    """Names, modes, digests and contents come back, whatever they hold."""
    rows = tuple(
        PackedSource(path, runs, len(data), "0" * 64 if is_large else None)
        for path, (data, runs, is_large) in files.items()
    )
    small = [data for data, _, is_large in files.values() if not is_large]
    pack = SourcePack(rows, tuple(links.items()), tuple((path, "file") for path in links))

    assert read_pack(write_pack(pack, small)) == (pack, small)


@pytest.mark.parametrize("path", ["a", "", "/a/../b", "//a", "/a/", "/./a"])
def test_paths_are_whole(path: str) -> None:
    """A path that could lead elsewhere is refused."""
    pack = SourcePack((PackedSource(path, False, 0, None),), (), ())  # noqa: FBT003  (a row)

    with pytest.raises(ValueError, match="not whole"):
        read_pack(write_pack(pack, [b""]))


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"x"])
def test_a_pack_of_another_length_is_none(change: object) -> None:
    """Contents are as long as their rows say."""
    pack = SourcePack((PackedSource("/a", False, 3, None),), (), ())  # noqa: FBT003  (a row)

    with pytest.raises(ValueError, match="another length"):
        read_pack(change(write_pack(pack, [b"abc"])))  # type: ignore[operator]
