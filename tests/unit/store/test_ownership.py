"""Where the cache is, and who may write to it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs
import pytest

from zipper.errors import StoreError
from zipper.settings.cache_folder import find_cache_dir
from zipper.store.ownership import describe_strangers

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rules")
ROOT = 0


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
@pytest.mark.parametrize(
    ("mode", "user", "expected"),
    [
        (0o700, None, None),
        (0o755, None, None),
        (0o775, None, None),  # a group is somebody's decision
        (0o777, None, "everybody on this machine"),
        (0o1777, None, "everybody on this machine"),
        (0o700, 12345, "user {owner}, who owns it,"),
    ],
)
def test_who_else_may_change_the_cache(
    tmp_path: Path, mode: int, user: int | None, expected: str | None
) -> None:
    """Everybody, where the folder's mode says so; its owner, where that is neither us nor root."""
    tmp_path.chmod(mode)
    owner = os.geteuid()
    if owner == ROOT and user is not None:
        os.chown(tmp_path, owner := 54321, -1)

    found = describe_strangers(tmp_path, user=user)

    assert (expected and expected.format(owner=owner)) == found


@posix_only
def test_no_folder_has_no_strangers(tmp_path: Path) -> None:
    """A cache that is still to be made will be this user's."""
    assert describe_strangers(tmp_path / "absent") is None


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
