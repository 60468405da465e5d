"""A package unpacks as Lambda's user finds it, and a hostile one not at all."""

from __future__ import annotations

import io
import os
import stat
import zipfile

import pytest

from zipper.archive.listing import read_listing
from zipper.errors import ArchiveError
from zipper.node.unpack_zip import merge_layers, plan_members, write_members


def listing(*members):
    """Return the listing of a zip of (name, content, mode) members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in members:
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = mode << 16
            archive.writestr(info, content)
    return read_listing(buffer.getvalue())


def plan(*members):
    """Return the plan for such a zip."""
    return plan_members(listing(*members), zip_name="a.zip")


FILE = 0o100644


def test_written_files(tmp_path):
    """Files have their contents, in folders that follow from their names."""
    write_members(plan(("a/b/c.js", "1", FILE), ("d.js", "2", FILE)).values(), tmp_path)

    assert ("1", "2") == ((tmp_path / "a/b/c.js").read_text(), (tmp_path / "d.js").read_text())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
@pytest.mark.parametrize(
    ("mode", "wanted"),
    [
        (0o100644, 0o444),
        (0o100755, 0o555),
        (0o100600, 0o000),
        (0o100666, 0o444),
        (0o100000, 0o444),
        (0o104755, 0o555),
    ],
)
def test_mode_is_that_of_others(mode, wanted, tmp_path):
    """Everybody gets what others may, without write; a zip without modes means 0644."""
    write_members(plan(("a.js", "", mode)).values(), tmp_path)

    assert wanted == stat.S_IMODE((tmp_path / "a.js").stat().st_mode)


@pytest.mark.parametrize(
    "name", ["../a", "a/../b", "/etc/passwd", "a//b", "a/./b", "a/.", "..", "a/\0/b"]
)
def test_unsafe_name_is_refused(name):
    """A name that is no path below the root is refused."""
    info = zipfile.ZipInfo("x" * len(name))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, "")
    raw = buffer.getvalue().replace(b"x" * len(name), name.encode())

    with pytest.raises(ArchiveError) as caught:
        plan_members(read_listing(raw), zip_name="a.zip")

    assert "EZIP" == caught.value.code


@pytest.mark.parametrize(
    "members",
    [
        [("a", "", FILE), ("a/b", "", FILE)],
        [("a", "/etc", 0o120777), ("a/passwd", "", FILE)],
        [("a/b", "", FILE), ("a", "..", 0o120777)],
    ],
)
def test_file_where_a_folder_is_needed(members):
    """No member is written through a file or a link."""
    with pytest.raises(ArchiveError, match="both a file and a folder"):
        plan(*members)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_name_that_is_there_twice():
    """Nobody knows which one Lambda takes."""
    with pytest.raises(ArchiveError, match="twice"):
        plan(("a", "1", FILE), ("a", "2", FILE))


def test_empty_zip():
    """Lambda refuses a zip without members."""
    with pytest.raises(ArchiveError, match="no members"):
        plan()


def test_link_is_a_link(tmp_path):
    """A symbolic link is made as one, wherever it points; nothing follows it."""
    write_members(plan(("a", "/etc/passwd", 0o120777)).values(), tmp_path)

    assert "/etc/passwd" == str((tmp_path / "a").readlink())


def test_damaged_member(tmp_path):
    """A member whose CRC is wrong is not unpacked."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", "content")
    damaged = plan_members(
        read_listing(buffer.getvalue().replace(b"content", b"comment")), zip_name="a.zip"
    )

    with pytest.raises(ArchiveError, match="CRC"):
        write_members(damaged.values(), tmp_path)


def test_later_layer_replaces(tmp_path):
    """Of two layers with one file, the later has the word."""
    merged = merge_layers([plan(("a", "1", FILE), ("b", "1", FILE)), plan(("a", "2", FILE))])
    write_members(merged.values(), tmp_path)

    assert ("2", "1") == ((tmp_path / "a").read_text(), (tmp_path / "b").read_text())


def test_layers_that_clash():
    """A file in one layer and a folder in another fail, as Lambda's conversion does."""
    with pytest.raises(ArchiveError, match="the layers"):
        merge_layers([plan(("a", "", FILE)), plan(("a/b", "", FILE))])
