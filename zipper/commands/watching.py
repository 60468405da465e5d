"""`build --watch`: builds again whenever a file of the project changes, until it is interrupted.

In: folders, and what to do. Effects: waits for the file system, with watchfiles (extra `watch`).
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from zipper.commands.output import echo_lines
from zipper.errors import UsageError, ZipperError, format_error
from zipper.files import TEMPORARY_SUFFIX
from zipper.settings.workspace_root import find_workspace_root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from zipper.bundling.spare_esbuild import SpareEsbuild
    from zipper.settings.build_request import BuildRequest

__all__ = ["build_on_change", "find_watched", "may_change_builds"]

_IGNORED: Final = frozenset({"node_modules", ".git", ".hg", ".svn", ".venv", "__pycache__"})
_DEBOUNCE_MS: Final = 60
_STEP_MS: Final = 20


def build_on_change(build: Callable[[SpareEsbuild], object], folders: Iterable[Path]) -> None:
    """Call `build`, and again after each change in `folders`; never ends by itself.

    An expected error is shown, and the next change is waited for.

    Raises:
        UsageError: EUSAGE without watchfiles.
    """
    try:
        from watchfiles import watch  # noqa: PLC0415  (an extra)
    except ImportError:
        raise UsageError(
            "EUSAGE",
            "`--watch` needs watchfiles, which is not installed",
            hint="pip install 'zipper-nodejs[watch]'",
        ) from None
    from zipper.bundling.spare_esbuild import SpareEsbuild  # noqa: PLC0415  (for this option)

    with closing(SpareEsbuild()) as spare:
        _build_once(build, spare)
        for _ in watch(
            *folders,
            watch_filter=lambda _, path: may_change_builds(path),
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            raise_interrupt=True,
        ):
            _build_once(build, spare)


def find_watched(requests: Iterable[BuildRequest]) -> list[Path]:
    """Return the folders of `requests`; of a member of a workspace the root's."""
    folders = {Path(request.project).resolve() for request in requests}
    return sorted({find_workspace_root(folder) or folder for folder in folders})


def may_change_builds(path: str) -> bool:
    """Tell whether a changed file may change a package; what zipper writes does not."""
    parts = PurePath(path).parts
    is_written = path.endswith((TEMPORARY_SUFFIX, ".zip")) or ".zip.maps" in path
    return not is_written and not _IGNORED & set(parts)


def _build_once(build: Callable[[SpareEsbuild], object], spare: SpareEsbuild) -> None:
    try:
        build(spare)
    except ZipperError as error:
        echo_lines(format_error(error).split("\n"), err=True)
    spare.prepare()
