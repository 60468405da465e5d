"""Names that Windows cannot hold, and names that some disks take for one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from zipper.archive.compress import compress
from zipper.errors import OutputError
from zipper.store.install_files import link_packages
from zipper.store.keys import StoreKey
from zipper.store.portable_names import describe_unwritable, fold_name
from zipper.store.store_zips import Store
from zipper.store.unpacked_folders import is_unpacked_sound

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.store.store_zip import StoreZip


@pytest.mark.parametrize(
    "name",
    ["con", "a/AUX.js", "nul.tar.gz", "COM1", "lpt\u00b9.txt", "a./b", "b ", "c:d", "a?", "x\ty"],
)
def test_what_windows_cannot_hold_is_named(name: str) -> None:
    """Devices with any extension, forbidden characters, and dots or spaces at the end."""
    assert name in (describe_unwritable(["index.js", name]) or "")


@pytest.mark.parametrize(
    "name", ["console.js", "a/aux-b.js", "com10", "nullable", ".a/b.c", "nul-a"]
)
def test_other_names_are_fine(name: str) -> None:
    """What only looks like a device is a file like any other."""
    assert describe_unwritable([name]) is None


def test_names_of_one_file_have_one_form() -> None:
    """Case and normalisation make no difference on macOS and Windows."""
    assert fold_name("A/\u00e9.JS") == fold_name("a/e\u0301.js")
    assert fold_name("a") != fold_name("b")


def put(tmp_path: Path, files: dict[str, bytes]) -> StoreZip:
    """Put a package with `files` into a store."""
    entries = sorted(compress(name, data, executable=False) for name, data in files.items())
    return Store(tmp_path / "cache").add(StoreKey("sha512", "ab" * 64), entries)


def test_an_install_on_windows_refuses_such_names(tmp_path: Path) -> None:
    """Nothing of the package is written, and the error says which file it is."""
    zipped = put(tmp_path, {"con.js": b"1", "index.js": b"2"})

    with pytest.raises(OutputError, match=r"`con\.js` is the name of a device"):
        link_packages([[(zipped, str(tmp_path / "a"))]], on_windows=True)
    link_packages([[(zipped, str(tmp_path / "b"))]], on_windows=False)

    assert not (tmp_path / "a").exists()
    assert b"1" == (tmp_path / "b" / "con.js").read_bytes()


def test_files_that_a_disk_takes_for_one_are_no_damage(tmp_path: Path) -> None:
    """Where two names are one file, the last one is there; anything else is damage."""
    zipped = put(tmp_path, {"A.js": b"1", "a.js": b"2", "b.js": b"3"})
    link_packages([[(zipped, str(tmp_path / "made"))]])
    folder = zipped.path.with_suffix("")
    assert is_unpacked_sound(zipped)
    (folder / "A.js").unlink()
    assert is_unpacked_sound(zipped)
    (folder / "a.js").unlink()
    (folder / "a.js").write_bytes(b"x")

    assert not is_unpacked_sound(zipped)
