"""The node_modules of bundles that are kept: the same, or none."""

from __future__ import annotations

import os
import sys
import zlib
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from zipper.archive.entries import make_entry
from zipper.bundling.kept_modules import KeptModules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no file has a ctime there")


def _open(place: Path, root: Path, name: str = "a", form: str = "1") -> KeptModules:
    entry = make_entry(
        "lib/index.js", b"1", method=0, crc=zlib.crc32(b"1"), size=1, executable=False
    )
    zipped = SimpleNamespace(path=f"/store/{name}.zip", members=lambda _: [entry])
    groups = [[(zipped, f"node_modules/{name}/")]]
    return KeptModules(place, groups, root, form=form)  # type: ignore[arg-type]  # a path is all


def _keep(place: Path, root: Path, name: str = "a") -> None:
    """Make a folder as a bundle does, and keep it."""
    package = root / "node_modules" / name
    (package / "lib").mkdir(parents=True)
    (package / "lib" / "index.js").write_text("1", encoding="ascii")
    kept = _open(place, root, name)
    assert not kept.take()
    kept.note()
    kept.give_back()
    assert not (root / "node_modules").exists()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "bundling").mkdir()
    return tmp_path / "bundling"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    return tmp_path / "root"


def test_the_folder_is_taken_as_it_was(place: Path, root: Path, tmp_path: Path) -> None:
    """By one bundle at a time, again and again."""
    _keep(place, root)
    for _ in range(2):
        kept = _open(place, root)
        assert kept.take()
        assert "1" == (root / "node_modules/a/lib/index.js").read_text(encoding="ascii")
        assert not _open(place, tmp_path).take()
        kept.give_back()


def _write_same(file: Path) -> None:
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    file.write_text("2", encoding="ascii")
    os.utime(file, ns=times)


def _replace(file: Path) -> None:
    file.with_name("new").write_text("1", encoding="ascii")
    file.with_name("new").replace(file)


_CHANGES: dict[str, Callable[[Path], object]] = {
    "other content of the same size and time": _write_same,
    "another file of the same content": _replace,
    "a file less": os.unlink,
    "a file more": lambda file: file.with_name("more.js").touch(),
    "an empty folder more": lambda file: file.with_name("more").mkdir(),
    "a link": lambda file: file.with_name("more").symlink_to("index.js"),
    "another mode": lambda file: file.chmod(0o755),
}


@pytest.mark.parametrize("change", _CHANGES.values(), ids=_CHANGES)
def test_a_folder_that_was_changed_is_none(
    place: Path, root: Path, change: Callable[[Path], object]
) -> None:
    """Whoever changed it: it is removed, and the next one is made anew."""
    _keep(place, root)
    kept = _open(place, root)
    assert kept.take()
    kept.give_back()
    (folder,) = (path for path in place.iterdir() if path.is_dir())
    change(folder / "a/lib/index.js")

    assert not _open(place, root).take()
    assert [] == list(root.iterdir())
    assert not folder.exists()


def test_one_more_link_changes_nothing(place: Path, root: Path, tmp_path: Path) -> None:
    """Another bundle, or an install, that links the same file of the store changes its ctime."""
    _keep(place, root)
    (folder,) = (path for path in place.iterdir() if path.is_dir())
    for number in range(2):
        os.link(folder / "a/lib/index.js", tmp_path / f"other{number}.js")
        kept = _open(place, root)
        assert kept.take()
        kept.give_back()
    (tmp_path / "other0.js").write_text("2", encoding="ascii")
    assert not _open(place, root).take()


def test_a_damaged_note_is_none(place: Path, root: Path) -> None:
    """A folder that nothing is known of is made anew."""
    for data in (b"", b"a\nb", b"\n", b"\xff"):
        _keep(place, root)
        (noted,) = place.glob("*.files")
        noted.write_bytes(data)
        assert not _open(place, root).take()


def test_other_packages_and_other_forms_have_other_folders(place: Path, root: Path) -> None:
    """What should be in it names it."""
    _keep(place, root)

    assert not _open(place, root, "b").take()
    assert not _open(place, root, form="2").take()
    assert _open(place, root).take()


def test_the_last_few_are_kept(place: Path, root: Path) -> None:
    """One that was used lately stays, and no file without a folder."""
    for number, name in enumerate("abcdef"):
        _keep(place, root, name)
        for path in place.glob("*.files"):
            os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns - 10**9))
        if number:
            kept = _open(place, root)
            assert kept.take()
            kept.give_back()

    assert 4 == len(list(place.glob("*.files"))) == sum(one.is_dir() for one in place.iterdir())
    assert _open(place, root).take()
