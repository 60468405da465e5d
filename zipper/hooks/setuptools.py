"""setuptools: the command `build_lambda`, which joins `build` where there is a `[tool.zipper]`.

Two entry points of zipper's distribution lead here: `distutils.commands` makes the command known,
`setuptools.finalize_distribution_options` adds it to the sub-commands of `build`, and the sources
of the functions to what `sdist` packs. So a project needs nothing but zipper in `[build-system]
requires`, with or without a setup.py.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from setuptools import Command

from zipper.errors import ZipperError
from zipper.folders import make_folders
from zipper.hooks.functions import build_functions, find_sources, has_functions, locate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setuptools import Distribution

__all__ = ["build_lambda", "join"]


class build_lambda(Command):  # type: ignore[misc]  # noqa: N801  (untyped; named like the command)
    """Build the deployment packages that `[tool.zipper]` describes, for the wheel.

    Source: setuptools, SubCommand protocol (setuptools.command.build).
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
        """Build the zips, each at its place in the build folder."""
        if self.editable_mode:
            return
        packages = self._packages()
        try:
            zips = build_functions(
                Path.cwd(),
                environ=os.environ,
                tell=self._tell,
                place=lambda path: locate(path, packages),
                beside=self._own_folders(),
            )
        except ZipperError as error:
            raise _ended_by(error) from error
        assert self.build_lib is not None
        for name, path in zips.items():
            copy = Path(self.build_lib, name)
            make_folders(copy.parent)
            shutil.copyfile(path, copy)

    def get_source_files(self) -> list[str]:
        """Return nothing: an sdist alone wants to know, and gets them in `join`."""
        return []

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

    def _own_folders(self) -> Iterator[Path]:
        yield Path(self.get_finalized_command("build").build_base)
        yield Path(self.get_finalized_command("egg_info").egg_info)
        yield Path("dist")

    def _tell(self, line: str) -> None:
        self.announce(line, level=logging.INFO)


def join(distribution: Distribution) -> None:
    """Add `build_lambda` to `build`, and sources to `sdist`, if the project here has settings."""
    try:
        if not has_functions(Path.cwd()):
            return
    except ZipperError as error:
        raise _ended_by(error) from error
    build = distribution.get_command_class("build")
    if not any(name == "build_lambda" for name, _ in build.sub_commands):
        commands = [*build.sub_commands, ("build_lambda", None)]
        distribution.cmdclass["build"] = type("build", (build,), {"sub_commands": commands})
        sdist = distribution.get_command_class("sdist")
        distribution.cmdclass["sdist"] = type(
            "sdist", (sdist,), {"make_release_tree": _pack_sources(sdist)}
        )


def _pack_sources(sdist: Any) -> Any:  # noqa: ANN401  (setuptools has no types)
    """Return `make_release_tree` of an sdist with the functions' sources and no old zip."""

    def make_release_tree(self: Any, base_dir: str, files: list[str]) -> None:  # noqa: ANN401
        root = Path.cwd()
        try:
            found = find_sources(root, environ=os.environ)
        except ZipperError as error:
            raise _ended_by(error) from error
        kept = {name: None for name in files if not found.leaves_out(root / name)}
        kept.update(dict.fromkeys(str(path.relative_to(root)) for path in found.files))
        sdist.make_release_tree(self, base_dir, list(kept))

    return make_release_tree


def _ended_by(error: ZipperError) -> SystemExit:
    """Return what ends the build in zipper's words; setuptools' own errors put some before them."""
    return SystemExit(str(error))


join.order = 100  # type: ignore[attr-defined]  # after setuptools has read pyproject.toml
