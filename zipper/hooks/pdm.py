"""PDM-backend: a build hook that runs where pyproject.toml has a `[tool.zipper]`.

An entry point of the group `pdm.build.hook` leads here. Each zip goes into the wheel; an sdist has
the functions' sources, and neither zips nor secrets.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import ZipperError
from zipper.hooks.functions import build_functions, find_sources, has_functions

if TYPE_CHECKING:
    from pdm.backend.hooks import Context

__all__ = ["pdm_build_hook_enabled", "pdm_build_update_files"]


def pdm_build_hook_enabled(context: Context) -> bool:
    """Return whether there is something to do: an editable wheel skips the zips."""
    if context.target == "editable":
        return False
    try:
        return has_functions(Path(context.root))
    except ZipperError as error:
        raise SystemExit(str(error)) from error


def pdm_build_update_files(context: Context, files: dict[str, Path]) -> None:
    """Add zips to a wheel's files, sources to an sdist's."""
    try:
        if context.target == "sdist":
            _add_sources(context, files)
        else:
            _add_zips(context, files)
    except ZipperError as error:
        # PDM-backend lets it through, and its caller shows this text without a traceback.
        raise SystemExit(str(error)) from error


def _add_zips(context: Context, files: dict[str, Path]) -> None:
    root = Path(context.root).resolve()
    package_dir = (root / context.config.build_config.package_dir).resolve()
    packed = {name.partition("/")[0] for name in files}

    def place(path: Path) -> str | None:
        if not path.is_relative_to(package_dir):
            return None
        name = path.relative_to(package_dir).as_posix()
        top, slash, _ = name.partition("/")
        return name if slash and top in packed else None

    files.update(
        build_functions(
            root,
            environ=os.environ,
            tell=_tell,
            place=place,
            beside=(Path(context.build_dir), Path(context.dist_dir)),
        )
    )


def _add_sources(context: Context, files: dict[str, Path]) -> None:
    root = Path(context.root).resolve()
    found = find_sources(root, environ=os.environ)
    for name in [name for name in files if found.leaves_out(root / name)]:
        del files[name]
    for path in found.files:
        files[path.relative_to(root).as_posix()] = path


def _tell(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201  (the log of a PDM build is its stderr)
