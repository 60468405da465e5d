"""Where the cache is when nobody says so, and who may change what is in it."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RESOLUTIONS", "describe_strangers", "find_cache_dir"]

RESOLUTIONS: Final = "resolutions"
"""The folder of the cache where it is noted what resolving came to."""

_ROOT: Final = 0


def find_cache_dir(
    given: str | os.PathLike[str] | None,
    environment: Mapping[str, str] = os.environ,
    *,
    user: int | None = None,
) -> Path:
    """Return the cache folder: the one given, else ZIPPER_CACHE_DIR, else the system's place.

    Args:
        given: by an option.
        environment: this process's variables.
        user: whose process this is, by default the system's answer.

    Raises:
        StoreError: ESTORE for root, where the system's place belongs to somebody else, as under
            `sudo`: who may write there could have root pack and run what he likes.

    Source: pip 25 utils/filesystem.py `check_path_owner`.
    Deviation: pip goes on without a cache then, which would make every build a cold one.
    """
    chosen = given or environment.get("ZIPPER_CACHE_DIR")
    if chosen:
        return Path(chosen).expanduser().absolute()
    place = _find_system_place(environment)
    if _user(user) == _ROOT and (owner := _owner(place)) not in {None, _ROOT}:
        raise StoreError(
            "ESTORE",
            f"the cache `{place}` belongs to user {owner}, and root does not use it unasked",
            hint="build as that user; or name the cache: `--cache-dir`, ZIPPER_CACHE_DIR",
        )
    return place


def _find_system_place(environment: Mapping[str, str]) -> Path:
    """Return the place that platformdirs names.

    Its import takes 5 ms of each build. Most often the answer is the plainest one, known without.
    """
    home = environment.get("HOME", "")
    is_linux = sys.platform == "linux" and "ANDROID_DATA" not in environment
    if is_linux and home.startswith("/") and not environment.get("XDG_CACHE_HOME"):
        return Path(home, ".cache", "zipper")
    from platformdirs import user_cache_path  # noqa: PLC0415  (see above)

    return user_cache_path("zipper", appauthor=False)


def describe_strangers(folder: Path, *, user: int | None = None) -> str | None:
    """Return who else may change the cache, as `everybody on this machine`; None for nobody.

    Root may change everything, which needs no telling. On Windows nobody is told of.
    """
    own = _user(user)
    try:
        status = folder.stat()
    except OSError:
        return None
    if own is None:
        return None
    if status.st_mode & stat.S_IWOTH:
        return "everybody on this machine"
    return None if status.st_uid in {own, _ROOT} else f"user {status.st_uid}, who owns it,"


def _user(given: int | None) -> int | None:
    """Return the user's number; None on Windows, where folders have other rules."""
    return given if given is not None or os.name == "nt" else os.geteuid()


def _owner(folder: Path) -> int | None:
    try:
        return folder.stat().st_uid
    except OSError:
        return None
