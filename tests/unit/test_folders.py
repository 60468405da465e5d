"""Folders of any depth, and one that takes another's place."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.support.shared import REPOSITORY
from zipper.folders import exchange, list_files, make_folders, remove_folder, replace_folder

DEPTH = 1_500
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="paths are shorter on Windows")


def cannot_exchange(_first: str, _second: str) -> bool:
    """Be a system that has no such step."""
    return False


def fill(folder: Path, text: str) -> Path:
    """Make a folder with one file."""
    folder.mkdir(parents=True)
    (folder / "a.js").write_text(text)
    return folder


@posix_only
def test_deep_folders_are_made_listed_and_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As deep as the system takes it, also where a folder is closed to its owner."""
    monkeypatch.chdir(tmp_path)
    deep = "/".join(["d"] * DEPTH)

    make_folders(deep)
    make_folders(deep)
    Path(deep, "file").touch()
    found = list(list_files("d"))
    Path("d/d/d").chmod(0)

    assert [f"{deep}/file"] == found
    assert remove_folder("d")
    assert [] == list(tmp_path.iterdir())


@posix_only
def test_removing_a_link_leaves_what_it_names(tmp_path: Path) -> None:
    """A link is no folder of its own."""
    kept = fill(tmp_path / "kept", "1")
    (tmp_path / "link").symlink_to(kept)
    outer = fill(tmp_path / "outer", "2")
    (outer / "inner").symlink_to(kept)

    remove_folder(tmp_path / "link")
    remove_folder(outer)

    assert ["a.js"] == [path.name for path in kept.iterdir()]
    assert not outer.exists()


def test_file_in_the_way_is_an_error(tmp_path: Path) -> None:
    """What is there and is no folder cannot be made one."""
    (tmp_path / "file").touch()

    with pytest.raises(OSError, match=r"exist|directory"):
        make_folders(tmp_path / "file")
    with pytest.raises(OSError, match=r"exist|directory"):
        make_folders(tmp_path / "file" / "below")


@pytest.mark.parametrize("how", [exchange, cannot_exchange])
@pytest.mark.parametrize("old", ["folder", "nothing", "link", "file"])
def test_new_folder_takes_the_place(tmp_path: Path, how: object, old: str) -> None:
    """Whatever was there before, and whether the system has one step for it or two are taken."""
    place, new = tmp_path / "place", fill(tmp_path / "scratch" / "new", "new")
    if old == "folder":
        fill(place, "old")
    elif old == "link":
        place.symlink_to(fill(tmp_path / "elsewhere", "old"))
    elif old == "file":
        place.write_text("old")

    replace_folder(place, new, aside=tmp_path / "scratch" / "old", exchange_both=how)

    assert "new" == (place / "a.js").read_text()
    assert not place.is_symlink()


@posix_only
def test_old_folder_is_put_back_where_the_second_step_fails(tmp_path: Path) -> None:
    """The new folder is on another file system: the first rename succeeds, the second does not."""
    shared_memory = Path("/dev/shm")
    if not shared_memory.is_dir() or shared_memory.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("there is one file system only")
    place = fill(tmp_path / "place", "old")
    new = fill(shared_memory / f"zipper-test-{os.getpid()}", "new")
    try:
        with pytest.raises(OSError, match="ross-device") as caught:
            replace_folder(place, new, aside=tmp_path / "old", exchange_both=cannot_exchange)
    finally:
        shutil.rmtree(new)

    assert errno.EXDEV == caught.value.errno
    assert "old" == (place / "a.js").read_text()
    assert ["place"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("how", [exchange, cannot_exchange])
def test_many_that_take_one_place_all_succeed(tmp_path: Path, how: object) -> None:
    """The last one wins; each of the others did too."""
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for turn in range(30):
                scratch = tmp_path / f"{number}-{turn}"
                new = fill(scratch / "new", f"{number}")
                replace_folder(tmp_path / "at", new, aside=scratch / "old", exchange_both=how)
        except OSError as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == failures
    assert (tmp_path / "at" / "a.js").read_text() in "012345"


@pytest.mark.skipif(sys.platform != "linux", reason="looks for what Linux does in one step")
def test_killed_while_folders_change_places(tmp_path: Path) -> None:
    """At each moment there is a folder, whenever the process is killed."""
    place = fill(tmp_path / "place", "old")
    script = (
        "import sys, pathlib, itertools; from zipper.folders import replace_folder\n"
        "top = pathlib.Path(sys.argv[1])\n"
        "for n in itertools.count():\n"
        "    new = top / f'new{n}'; new.mkdir(); (new / 'a.js').write_text(str(n))\n"
        "    replace_folder(top / 'place', new, aside=top / f'old{n}-')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY)}
    missed = 0
    for number in range(12):
        process = subprocess.Popen([sys.executable, "-c", script, tmp_path], env=environment)
        until = time.monotonic() + 0.1 + number / 100
        while time.monotonic() < until:
            missed += not place.exists()
        process.send_signal(signal.SIGKILL)
        process.wait()
        missed += not (place / "a.js").is_file()
        for path in tmp_path.iterdir():
            if path != place:
                shutil.rmtree(path)

    assert 0 == missed
