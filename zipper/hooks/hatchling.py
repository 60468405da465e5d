"""hatchling: the build hook `zipper`, switched on by `[tool.hatch.build.hooks.zipper]`.

Each zip goes into the wheel at the place that hatchling gives its folder; a zip outside of the
wheel's packages (`dist/`) is built and left there. An sdist has the functions' sources, since
hatchling takes all files along.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.plugin import hookimpl

from zipper.errors import ZipperError
from zipper.hooks.functions import build_functions

__all__ = ["ZipperBuildHook", "hatch_register_build_hook"]


class ZipperBuildHook(BuildHookInterface[Any]):
    """Builds the functions before a wheel is written; editable wheels and sdists need none."""

    PLUGIN_NAME = "zipper"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the zips, and let hatchling include them although version control ignores them."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        try:
            zips = build_functions(root, environ=os.environ, tell=self.app.display_info)
        except ZipperError as error:
            # hatchling lets it through, and its caller shows this text without a traceback.
            raise SystemExit(str(error)) from error
        for path in zips:
            if path.is_relative_to(root):
                build_data["artifacts"].append(f"/{path.relative_to(root).as_posix()}")


@hookimpl
def hatch_register_build_hook() -> type[ZipperBuildHook]:
    """Make the hook known to hatchling."""
    return ZipperBuildHook
