"""Where the cache is: the folder that was named, else the system's place."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ROOT_USER", "find_cache_dir", "user_number"]

ROOT_USER: Final = 0


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
    if user_number(user) == ROOT_USER and (owner := _owner(place)) not in {None, ROOT_USER}:
        raise StoreError(
            "ESTORE",
            f"the cache `{place}` belongs to user {owner}, which root uses only if you name it",
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


def user_number(given: int | None) -> int | None:
    """Return the user's number; None on Windows, where folders have other rules."""
    return given if given is not None or os.name == "nt" else os.geteuid()


def _owner(folder: Path) -> int | None:
    try:
        return folder.stat().st_uid
    except OSError:
        return None
