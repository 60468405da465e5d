"""Zips that settings name: each function looks for those in its own folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from zipper.pipeline.written_zips import WrittenZips, find_place

if TYPE_CHECKING:
    from pathlib import Path

PARTS = st.lists(st.sampled_from(["a", "b", "a.", "a-", "a0", "ä"]), min_size=1, max_size=4)


@given(st.lists(PARTS, max_size=12), PARTS)
def test_those_below_a_folder_are_found(outputs: list[list[str]], folder: list[str]) -> None:
    """The same as comparing each, whatever the names begin with."""
    top = "/no/" + "/".join(folder)
    names = ["/no/" + "/".join(parts) for parts in outputs]

    found = WrittenZips(names).below(top)

    assert set(found.values()) == {
        name for name in names if name == top or name.startswith(f"{top}/")
    }


def test_links_to_folders_are_followed(tmp_path: Path) -> None:
    """A zip is where its folder really is; a link in its own place is replaced."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "real/x.zip").symlink_to("elsewhere")

    output = str(tmp_path / "link/x.zip")

    assert str(find_place(output)) == f"{tmp_path.resolve()}/real/x.zip"
    assert list(WrittenZips([output]).below(tmp_path / "link").values()) == [output]


def test_folders_wait_for_a_name() -> None:
    """What ends with a slash, or is empty, gets the project's name."""
    assert WrittenZips(["dist/", "", "a.zip", "dist/"]).folders == ["dist/", ""]
