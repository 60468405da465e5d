"""Where the cache is, and who may write to it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs
import pytest

from zipper.errors import StoreError
from zipper.folders import make_private_folders
from zipper.settings.cache_folder import find_cache_dir
from zipper.store.ownership import Ownership

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rules")
as_root = pytest.mark.skipif(
    sys.platform == "win32" or os.geteuid() != 0, reason="gives folders to another user"
)
ROOT = 0
STRANGER = 54321


def test_given_is_stronger_than_the_variable() -> None:
    """An option wins over ZIPPER_CACHE_DIR, that over the system's place."""
    environment = {"ZIPPER_CACHE_DIR": "/from/variable"}

    assert Path("/given") == find_cache_dir("/given", environment)
    assert Path("/from/variable") == find_cache_dir(None, environment)
    assert platformdirs.user_cache_path("zipper", appauthor=False) == find_cache_dir(None, {})


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": "/home/ada"},
        {"HOME": "/home/ada/", "XDG_CACHE_HOME": ""},
        {"HOME": "/"},
        {"HOME": "home"},
        {"HOME": ""},
        {"HOME": "/home/ada", "XDG_CACHE_HOME": "/var/caches"},
        {"HOME": "/home/ada", "XDG_CACHE_HOME": "caches"},
        {"HOME": "/home/ada", "XDG_CACHE_HOME": " "},
        {"HOME": "/data", "ANDROID_DATA": "/data", "ANDROID_ROOT": "/system"},
        {},
    ],
    ids=str,
)
def test_system_place_is_the_one_of_platformdirs(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the variables say, and whether it was asked or not."""
    for name in ("HOME", "XDG_CACHE_HOME", "ZIPPER_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    expected = platformdirs.user_cache_path("zipper", appauthor=False)
    assert expected == find_cache_dir(None, os.environ, user=4242)


def test_place_is_absolute() -> None:
    """A relative place is one below the current folder, and `~` is the home."""
    assert Path.cwd() / "cache" == find_cache_dir("cache", {})
    assert Path.home() / "cache" == find_cache_dir("~/cache", {})


@posix_only
@pytest.mark.parametrize("below", ["", "store", "store/4-x", "store/4-x/sha512/ab", "notes/kind"])
@pytest.mark.parametrize(
    ("mode", "is_refused", "group"),
    [
        (0o700, False, False),
        (0o755, False, False),
        (0o775, False, True),
        (0o2775, False, True),
        (0o777, True, False),
        (0o1777, True, False),
        (0o702, True, False),
    ],
)
def test_who_else_can_write_to_a_folder(
    tmp_path: Path, below: str, mode: int, is_refused: bool, group: bool
) -> None:
    """Everyone is an error, a group is known, whichever folder of the cache it is."""
    leaf = tmp_path / "cache" / "store" / "4-x" / "sha512" / "ab"
    for folder in (leaf, tmp_path / "cache" / "notes" / "kind"):
        folder.mkdir(parents=True)
    exposed = tmp_path / "cache" / below
    exposed.chmod(mode)
    ownership = Ownership(tmp_path / "cache")

    def look() -> list[int | None]:
        ownership.look_around()
        return [ownership.group_of(str(exposed)), ownership.group_of(str(leaf))]

    if is_refused:
        with pytest.raises(StoreError, match="everyone on this machine can write") as caught:
            look()
        assert str(exposed) in caught.value.message
        return
    own, of_leaf = look()

    gid = exposed.stat().st_gid if group else None
    assert gid == own
    assert of_leaf == (None if below == "notes/kind" else gid)
    assert (f"group {gid}" if group else None) == ownership.group


@as_root
@pytest.mark.parametrize("below", ["", "store", "store/4-x/sha512/ab"])
def test_folder_of_another_user_is_refused(tmp_path: Path, below: str) -> None:
    """Whoever owns a folder can write to it; root's is used by all."""
    leaf = tmp_path / "cache" / "store" / "4-x" / "sha512" / "ab"
    leaf.mkdir(parents=True)
    os.chown(tmp_path / "cache" / below, STRANGER, -1)
    for user, is_refused in ((ROOT, True), (STRANGER, False), (STRANGER + 1, True)):
        ownership = Ownership(tmp_path / "cache", user=user)
        if is_refused:
            with pytest.raises(StoreError, match=f"user {STRANGER} owns"):
                ownership.group_of(str(leaf))
        else:
            assert None is ownership.group_of(str(leaf))


@as_root
def test_members_of_a_group_make_folders_beside_each_other(tmp_path: Path) -> None:
    """Below a folder of a group, one that a member owns is the group's too; the top one is not."""
    leaf = tmp_path / "cache" / "store" / "4-x" / "sha512" / "ab"
    leaf.mkdir(parents=True)
    (tmp_path / "cache").chmod(0o2775)
    os.chown(leaf, STRANGER, -1)

    assert (tmp_path / "cache").stat().st_gid == Ownership(tmp_path / "cache").group_of(str(leaf))

    os.chown(tmp_path / "cache", STRANGER, -1)
    with pytest.raises(StoreError, match="owns"):
        Ownership(tmp_path / "cache").group_of(str(leaf))


@posix_only
def test_absent_cache_will_be_ones_own(tmp_path: Path) -> None:
    """What is still to be made is writable by no others, whatever the umask says."""
    assert None is Ownership(tmp_path / "absent").look_around()

    before = os.umask(0)
    try:
        make_private_folders(tmp_path / "cache" / "store" / "ab")
        (tmp_path / "shared").mkdir(mode=0o775)
        make_private_folders(tmp_path / "shared" / "store")
    finally:
        os.umask(before)

    modes = [
        (tmp_path / name).stat().st_mode & 0o777 for name in ("cache/store/ab", "shared/store")
    ]
    assert [0o755, 0o775] == modes


@posix_only
def test_root_does_not_use_another_users_cache_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As under sudo: the place is named, and where it is asked for by name it is used."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    place = platformdirs.user_cache_path("zipper", appauthor=False)
    fresh = find_cache_dir(None, {}, user=ROOT)
    place.mkdir(parents=True)
    if os.geteuid() == ROOT:
        os.chown(place, 54321, -1)
    with pytest.raises(StoreError) as caught:
        find_cache_dir(None, {}, user=ROOT)

    assert ("ESTORE", place) == (caught.value.code, fresh)
    assert str(place) in caught.value.message
    assert place == find_cache_dir(place, {}, user=ROOT)
    assert place == find_cache_dir(None, {}, user=12345)


@posix_only
def test_looking_around_ends_at_the_folders_of_packages(tmp_path: Path) -> None:
    """Once, and at folders alone; those below are looked at when they are used."""
    place = tmp_path / "a/b/c/d/e"
    make_private_folders(place)
    (tmp_path / "file").touch(mode=0o666)
    (tmp_path / "file").chmod(0o666)
    assert Ownership(tmp_path).look_around() is None

    refused = []
    for folder in ("a/b/c/d/e", "a/b/c/d", "a/b/c", "a/b", "a", "."):
        (tmp_path / folder).chmod(0o777)
        try:
            Ownership(tmp_path).look_around()
        except StoreError as error:
            refused.append((folder, "--cache-dir" in (error.hint or "")))
        (tmp_path / folder).chmod(0o700)
    (tmp_path / "a").chmod(0o770)
    one = Ownership(tmp_path)
    found = one.look_around()
    (tmp_path / "a").chmod(0o777)

    assert [("a/b", True), ("a", True), (".", True)] == refused
    assert f"group {(tmp_path / 'a').stat().st_gid}" == found == one.look_around()
