"""PDM-backend: a build hook that runs where pyproject.toml has a `[tool.zipper]`.

An entry point of the group `pdm.build.hook` leads here. Each zip that lies in a package goes into
the wheel; an sdist has the functions' sources.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import ZipperError
from zipper.hooks.functions import build_functions, has_functions, list_sources

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
    root = Path(context.root).resolve()
    try:
        if context.target == "sdist":
            for path in list_sources(root, environ=os.environ):
                if path.is_relative_to(root):
                    files.setdefault(path.relative_to(root).as_posix(), path)
            return
        zips = build_functions(root, environ=os.environ, tell=_tell)
    except ZipperError as error:
        # PDM-backend lets it through, and its caller shows this text without a traceback.
        raise SystemExit(str(error)) from error
    package_dir = (root / context.config.build_config.package_dir).resolve()
    folders = {name.partition("/")[0] for name in files}
    for path in zips:
        # A zip beside the packages, such as in `dist/`, is no file of the wheel.
        if path.is_relative_to(package_dir):
            name = path.relative_to(package_dir).as_posix()
            if name.partition("/")[0] in folders:
                files[name] = path


def _tell(line: str) -> None:
    print(line, file=sys.stderr)  # noqa: T201  (the log of a PDM build is its stderr)
