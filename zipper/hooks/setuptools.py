"""setuptools: the command `build_lambda`, which joins `build` where there is a `[tool.zipper]`.

Two entry points of zipper's distribution lead here: `distutils.commands` makes the command known,
`setuptools.finalize_distribution_options` adds it to the sub-commands of `build`. So a project
needs nothing but `zipper` in `[build-system] requires`, with or without a setup.py.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from setuptools import Command

from zipper.errors import ZipperError
from zipper.folders import make_folders
from zipper.hooks.functions import build_functions, has_functions, list_sources, locate

if TYPE_CHECKING:
    from setuptools import Distribution

__all__ = ["build_lambda", "join"]


class build_lambda(Command):  # type: ignore[misc]  # noqa: N801  (untyped; named like the command)
    """Build the deployment packages that `[tool.zipper]` describes.

    A zip that lies in a Python package is copied to its place in the build, and so into the
    wheel. Source: setuptools, SubCommand protocol (setuptools.command.build).
    """

    description = "build deployment packages for AWS Lambda as [tool.zipper] describes them"
    user_options: ClassVar[list[tuple[str, str | None, str]]] = []  # settings have one home

    editable_mode: bool = False
    """Set by setuptools for `pip install --editable`, which skips the zips."""

    def initialize_options(self) -> None:
        """Set what setuptools fills in."""
        self.build_lib: str | None = None

    def finalize_options(self) -> None:
        """Take the build folder of the command `build`."""
        self.set_undefined_options("build", ("build_lib", "build_lib"))

    def run(self) -> None:
        """Build the zips, and copy those that belong to a package."""
        if self.editable_mode:
            return
        try:
            zips = build_functions(Path.cwd(), environ=os.environ, tell=self._tell)
        except ZipperError as error:
            raise _ended_by(error) from error
        for path in zips:
            place = locate(path, self._packages())
            if place is not None and self.build_lib is not None:
                copy = Path(self.build_lib, place)
                make_folders(copy.parent)
                shutil.copyfile(path, copy)

    def get_source_files(self) -> list[str]:
        """Return what an sdist needs for building the zips again."""
        root = Path.cwd()
        try:
            sources = list_sources(root, environ=os.environ)
            return [str(path.relative_to(root)) for path in sources if path.is_relative_to(root)]
        except ZipperError as error:
            raise _ended_by(error) from error

    def get_outputs(self) -> list[str]:
        """Return nothing: zips are data of a package, found by the back end itself."""
        return []

    def get_output_mapping(self) -> dict[str, str]:
        """Return nothing: no output is a copy of a source."""
        return {}

    def _packages(self) -> dict[Path, str]:
        build_py = self.get_finalized_command("build_py")
        return {
            Path(build_py.get_package_dir(name)).resolve(): name.replace(".", "/")
            for name in self.distribution.packages or ()
        }

    def _tell(self, line: str) -> None:
        self.announce(line, level=logging.INFO)


def join(distribution: Distribution) -> None:
    """Add `build_lambda` to the sub-commands of `build`, if the project here has settings."""
    try:
        if not has_functions(Path.cwd()):
            return
    except ZipperError as error:
        raise _ended_by(error) from error
    build = distribution.get_command_class("build")
    if not any(name == "build_lambda" for name, _ in build.sub_commands):
        joined = type(
            "build", (build,), {"sub_commands": [*build.sub_commands, ("build_lambda", None)]}
        )
        distribution.cmdclass["build"] = joined


def _ended_by(error: ZipperError) -> SystemExit:
    """Return what ends the build in zipper's words; setuptools' own errors put some before them."""
    return SystemExit(str(error))


join.order = 100  # type: ignore[attr-defined]  # after setuptools has read pyproject.toml
