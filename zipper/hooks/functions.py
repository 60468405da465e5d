"""The functions of a Python project, for a build backend: built, and where their zips are.

In: the folder of pyproject.toml, whose `[tool.zipper]` describes the functions. Out: zips for the
places in the wheel that the settings name, the same bytes as from the command; files for an sdist,
from which they can be built again. Nothing is written into the project: it may be read-only, and
what lies there is what other builds pack. What a backend does with zips and files is in the
module of that backend.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zipper.errors import ProjectError, ZipperError
from zipper.findings import check_error
from zipper.settings.build_request import list_functions, list_outputs, request_from
from zipper.settings.read_settings import read_settings_file
from zipper.settings.values import describes_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from zipper.pipeline.building_all import BuiltFunction
    from zipper.pipeline.session import Circumstances
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest

__all__ = ["Sources", "build_functions", "find_sources", "has_functions", "locate"]


def has_functions(root: Path) -> bool:
    """Return whether the settings in `root` describe a function.

    Raises:
        ProjectError: ESETTINGS, ETOMLPARSE, EJSONPARSE, EREAD.
    """
    return describes_function(read_settings_file(root))


def build_functions(
    root: Path,
    *,
    environ: Mapping[str, str],
    tell: Callable[[str], None],
    place: Callable[[Path], str | None],
    beside: Iterable[Path] = (),
) -> dict[str, Path]:
    """Build every function of the settings in `root`; return the zips by their names in the wheel.

    They lie in a folder that is removed when the process ends.

    Args:
        root: the folder of pyproject.toml.
        environ: where ZIPPER_ variables are.
        tell: is given lines for the backend's log.
        place: gives the name in the wheel of a file in the project; None for one that is in no
            package of the wheel.
        beside: folders that the backend itself makes, which no function packs.

    Raises:
        ZipperError: the first error of a function; ECHECK for a package that Lambda would refuse;
            EWHEEL for a zip that would not be in the wheel.
    """
    # These need a while to import, and most runs of a backend have no function to build.
    from zipper.pipeline.building_all import build_each  # noqa: PLC0415
    from zipper.pipeline.layer_building import place_layers  # noqa: PLC0415
    from zipper.report.as_text import describe_findings, describe_package  # noqa: PLC0415

    folder = Path(tempfile.mkdtemp(prefix="zipper-wheel-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    names, requests = [], []
    for index, function in enumerate(_read_functions(root, environ)):
        request = function.request
        names.append(_name_in_wheel(function, root, environ, place))
        own = _patterns_for(Path(request.project).resolve(), beside)
        elsewhere = str(folder / f"{index}.zip")
        request = request._replace(output=elsewhere, exclude=(*request.exclude, *own))
        requests.append(place_layers(request, str(folder)) if request.uses else request)
    zips = {}
    for name, built in zip(names, build_each(requests, incremental=False), strict=True):
        if built.error is not None:
            raise _tell_function(built)
        assert built.package is not None
        package = built.package._replace(path=name)
        for line in describe_findings(package.findings, severities=("error", "warning")):
            tell(line)
        if built.has_failed:
            raise check_error(name, package.findings)
        for line in describe_package(package):
            tell(line)
        zips[name] = Path(built.package.path)
    return zips


class Sources(NamedTuple):
    """What an sdist holds for the functions, and what it must not hold; whole paths."""

    files: tuple[Path, ...]
    left_out: frozenset[Path]
    """Zips that the settings name, whose bytes may be old; secrets and node_modules."""

    def leaves_out(self, path: Path) -> bool:
        """Return whether the file at `path` stays out of the sdist."""
        return path in self.left_out or not self.left_out.isdisjoint(path.parents)


def find_sources(root: Path, *, environ: Mapping[str, str]) -> Sources:
    """Return the files that a build of the functions from an sdist needs.

    They are what goes into the packages; package.json and the lockfile; the folders and tarballs
    on this disk that the dependencies name; layers, and what `zipper vendor` has gathered.

    Raises:
        ZipperError: for settings, or projects, that cannot be read; ESDIST for a file that an
            sdist cannot hold, because it is not below `root`.
    """
    from zipper.pipeline.source_files import list_source_files  # noqa: PLC0415  (the same)
    from zipper.pipeline.written_zips import find_place  # noqa: PLC0415  (for sdists only)

    root = root.resolve()
    files: dict[Path, None] = {}
    left_out: set[Path] = set()
    for function in _read_functions(root, environ):
        found = list_source_files(function.request, function.project, function.io)
        files.update(dict.fromkeys(found.files))
        layers = (find_place(layer.output or "") for layer in function.request.uses)
        left_out.update((function.output, *layers, *found.left_out))
    kept = tuple(path for path in files if path not in left_out)
    outside = [path for path in kept if not path.is_relative_to(root)]
    if outside:
        rest = len(outside) - 3
        raise ProjectError(
            "ESDIST",
            f"an sdist of `{root}` cannot hold what its functions are built from",
            facts=(
                *(("outside", str(path)) for path in outside[:3]),
                *((("and", f"{rest} more"),) if rest > 0 else ()),
            ),
            hint="move it below the folder of pyproject.toml, or build only the wheel: "
            "`python -m build --wheel`",
        )
    return Sources(kept, frozenset(left_out))


def locate(path: Path, packages: Mapping[Path, str]) -> str | None:
    """Return where `path` is in a wheel, or None where it lies in no Python package.

    Args:
        path: of a zip.
        packages: folders of the source tree to their places in the wheel (`src/a` to `a`).
    """
    folders = [folder for folder in packages if path.is_relative_to(folder)]
    if not folders:
        return None
    # A package in a package may come from a folder of its own.
    nearest = max(folders, key=lambda folder: len(folder.parts))
    inside = path.relative_to(nearest).as_posix()
    return f"{packages[nearest]}/{inside}" if packages[nearest] else inside


class _Function(NamedTuple):
    """A function of the settings: how it is built, of what, and where its zip would be."""

    request: BuildRequest
    io: Circumstances
    project: Project
    output: Path


def _read_functions(root: Path, environ: Mapping[str, str]) -> Iterator[_Function]:
    # Only where there are some.
    from zipper.pipeline.planning import find_output, read_function_project  # noqa: PLC0415
    from zipper.pipeline.session import Circumstances  # noqa: PLC0415
    from zipper.settings.read_settings import read_settings  # noqa: PLC0415

    settings = read_settings(root, environ=environ)
    written = list_outputs(settings)
    for one in list_functions(settings):
        request = request_from(one, folder=str(root), written=written)
        _require_output(request, root)
        io = Circumstances.of(request, None)
        project = read_function_project(request, io)
        yield _Function(request, io, project, find_output(request, project))


def _require_output(request: BuildRequest, root: Path) -> None:
    """Refuse to guess: a wheel has to know where its zip is, whatever the working directory."""
    if request.output is None:
        raise ProjectError(
            "ESETTINGS",
            f"the settings in `{root}` name no `output`",
            hint='name a file in a Python package: `output = "src/my_package/function.zip"`',
        )


def _name_in_wheel(
    function: _Function,
    root: Path,
    environ: Mapping[str, str],
    place: Callable[[Path], str | None],
) -> str:
    output = function.output
    name = place(output)
    if name is not None:
        return name
    shown = output.relative_to(root).as_posix() if output.is_relative_to(root) else str(output)
    variable = environ.get("ZIPPER_OUTPUT")
    raise ProjectError(
        "EWHEEL",
        f"the wheel would not hold `{shown}`, which is in no package of it",
        facts=(
            *((("function", function.request.name),) if function.request.name else ()),
            *((("named by", f"the variable ZIPPER_OUTPUT: {variable}"),) if variable else ()),
        ),
        hint="unset ZIPPER_OUTPUT"
        if variable
        else 'name a file in a package: `output = "src/my_package/function.zip"`; for a zip '
        "elsewhere, `python -m zipper build`",
    )


def _patterns_for(project: Path, folders: Iterable[Path]) -> Iterator[str]:
    """Yield gitignore patterns for those of `folders` that lie in the project."""
    for folder in folders:
        inside = folder.resolve()
        if inside != project and inside.is_relative_to(project):
            name = inside.relative_to(project).as_posix()
            yield "/" + re.sub(r"([]*?[\\!# ])", r"\\\1", name) + "/"


def _tell_function(built: BuiltFunction) -> ZipperError:
    """Return the error of one of several functions, with its name."""
    error = built.error
    assert error is not None
    error.facts = (("function", built.request.name or ""), *error.facts)
    return error
