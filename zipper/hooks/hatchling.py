"""hatchling: the build hook `zipper`, switched on by `[tool.hatch.build.hooks.zipper]`.

Each zip goes into the wheel at the place that hatchling gives its folder. An sdist has the
functions' sources, whatever version control ignores, and neither zips nor secrets.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.plugin import hookimpl

from zipper.errors import ZipperError
from zipper.hooks.functions import build_functions, find_sources

__all__ = ["ZipperBuildHook", "hatch_register_build_hook"]


class ZipperBuildHook(BuildHookInterface[Any]):
    """Builds the functions before a wheel is written; editable wheels need none."""

    PLUGIN_NAME = "zipper"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Have hatchling include the zips, or the sources."""
        try:
            if self.target_name == "wheel" and version != "editable":
                self._add_zips(build_data["force_include"])
            elif self.target_name == "sdist":
                self._add_sources(build_data["force_include"])
        except ZipperError as error:
            # hatchling lets it through, and its caller shows this text without a traceback.
            raise SystemExit(str(error)) from error

    def _add_zips(self, included: dict[str, str]) -> None:
        root = Path(self.root).resolve()
        config = self.build_config
        files = config.builder.recurse_selected_project_files()
        packed = {Path(file.distribution_path).parts[0] for file in files}
        sources = {}

        def place(path: Path) -> str | None:
            if not path.is_relative_to(root):
                return None
            source = path.relative_to(root).as_posix()
            name = Path(config.get_distribution_path(source)).as_posix()
            sources[name] = source
            top, slash, _ = name.partition("/")
            return name if slash and top in packed else None

        zips = build_functions(
            root,
            environ=os.environ,
            tell=self.app.display_info,
            place=place,
            beside=(Path(self.directory), Path(config.directory)),
        )
        # hatchling makes a place in the wheel of the place in the project.
        included.update({str(path): sources[name] for name, path in zips.items()})

    def _add_sources(self, included: dict[str, str]) -> None:
        root = Path(self.root).resolve()
        found = find_sources(root, environ=os.environ)
        for path in found.files:
            name = path.relative_to(root).as_posix()
            included[str(path)] = name
        # What is reserved is taken from nowhere else, not even as an artifact.
        config = self.build_config
        for path in found.left_out:
            if path.is_relative_to(root):
                inside = str(path.relative_to(root))
                config.build_reserved_paths.update((inside, config.get_distribution_path(inside)))


@hookimpl
def hatch_register_build_hook() -> type[ZipperBuildHook]:
    """Make the hook known to hatchling."""
    return ZipperBuildHook
