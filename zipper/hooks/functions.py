"""The functions of a Python project, for a build backend: built, and where their zips are.

In: the folder of pyproject.toml, whose `[tool.zipper]` describes the functions. Out: zips at the
places that the settings name, the same bytes as from the command; files for an sdist, from which
they can be built again. What a backend does with them is in the module of that backend.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from zipper.errors import ProjectError, ZipperError
from zipper.findings import check_error
from zipper.folders import list_files
from zipper.settings.build_request import list_functions, list_outputs, request_from
from zipper.settings.read_settings import read_settings_file
from zipper.settings.values import describes_function

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from zipper.pipeline.building_all import BuiltFunction
    from zipper.settings.build_request import BuildRequest

__all__ = ["build_functions", "has_functions", "list_sources", "locate"]


def has_functions(root: Path) -> bool:
    """Return whether the settings in `root` describe a function.

    Raises:
        ProjectError: ESETTINGS, ETOMLPARSE, EJSONPARSE, EREAD.
    """
    return describes_function(read_settings_file(root))


def build_functions(
    root: Path, *, environ: Mapping[str, str], tell: Callable[[str], None]
) -> tuple[Path, ...]:
    """Build every function of the settings in `root`; return their zips.

    A zip whose inputs have not changed is left as it is.

    Args:
        root: the folder of pyproject.toml.
        environ: where ZIPPER_ variables are.
        tell: is given lines for the backend's log.

    Raises:
        ZipperError: the first error of a function; ECHECK for a package that Lambda would refuse.
    """
    # These need a while to import, and most runs of a backend have no function to build.
    from zipper.pipeline.building_all import build_each  # noqa: PLC0415
    from zipper.report.as_text import describe_findings, describe_package  # noqa: PLC0415

    zips = []
    requests = _read_requests(root, environ)
    for built in build_each(requests, incremental=True):
        if built.error is not None:
            raise _tell_function(built)
        package = built.package
        assert package is not None
        for line in describe_findings(package.findings, severities=("error", "warning")):
            tell(line)
        if built.has_failed:
            raise check_error(package.path, package.findings)
        for line in describe_package(package):
            tell(line)
        zips.append(Path(package.path))
    return tuple(zips)


def list_sources(root: Path, *, environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield the files that a build of the functions from an sdist needs.

    They are what goes into the packages; package.json and the lockfile; the folders and tarballs
    on this disk that the dependencies name; layers, and what `zipper vendor` has gathered. The
    zips that the settings name, secrets, `.npmrc` and node_modules stay out.

    Raises:
        ZipperError: for settings, or projects, that cannot be read.
    """
    from zipper.lockfile.formats import FORMATS, NPM_LOCKFILES  # noqa: PLC0415  (the same)
    from zipper.project.own_files import choose_files  # noqa: PLC0415  (for sdists only)

    seen: set[Path] = set()
    for request in _read_requests(root, environ):
        folder = Path(request.project).resolve()
        choice = choose_files(folder, include=request.include, exclude=request.exclude)
        own = (folder / name for name in ("package.json", *NPM_LOCKFILES, *FORMATS, *choice.files))
        layers = [Path(layer).resolve() for layer in request.layers]
        vendored = _files_below(Path(request.vendor).resolve()) if request.vendor else ()
        for path in (*own, *_list_local(folder), *layers, *vendored):
            is_new = path not in seen and path.is_file()
            if is_new and (path in layers or not _is_output(path, request.written)):
                seen.add(path)
                yield path


def _list_local(folder: Path) -> Iterator[Path]:
    """Yield the files of the packages on this disk that the project in `folder` depends on.

    A project that cannot be read names none: its build tells what is wrong, and an editable
    install, which builds nothing, wants to know nothing of it.
    """
    from zipper.project.own_files import choose_files  # noqa: PLC0415  (for sdists only)
    from zipper.project.read_project import read_project  # noqa: PLC0415  (the same)

    waiting, seen = [folder], {folder}
    while waiting:
        here = waiting.pop()
        try:
            project = read_project(here)
        except ZipperError:
            continue
        nodes = project.lockfile.tree.nodes.values() if project.lockfile else ()
        links = {node.link_target for node in nodes if node.link_target}
        specs = project.manifest.raw.get("dependencies")
        texts = specs.values() if isinstance(specs, dict) else ()
        files = {text.removeprefix("file:") for text in texts if str(text).startswith("file:")}
        for place in sorted({(here / name).resolve() for name in links | files} - seen):
            seen.add(place)
            if place.is_dir():
                waiting.append(place)
                yield from (place / name for name in choose_files(place).files)
            else:
                yield place


def _files_below(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(map(Path, list_files(folder))) if path.is_file())


def _is_output(path: Path, outputs: Sequence[str]) -> bool:
    """Return whether `path` is a zip that the settings name, or lies in a folder for such zips."""
    for output in outputs:
        place = Path(output).resolve()
        if path == place:
            return True
        if output.endswith(("/", "\\")) and path.suffix == ".zip" and path.parent == place:
            return True
    return False


def locate(path: Path, packages: Mapping[Path, str]) -> str | None:
    """Return where `path` is in a wheel, or None where it lies in no Python package.

    Args:
        path: of a zip.
        packages: folders of the source tree to their places in the wheel (`src/a` to `a`).
    """
    for folder, place in packages.items():
        if path.is_relative_to(folder):
            inside = path.relative_to(folder).as_posix()
            return f"{place}/{inside}" if place else inside
    return None


def _read_requests(root: Path, environ: Mapping[str, str]) -> tuple[BuildRequest, ...]:
    from zipper.settings.read_settings import read_settings  # noqa: PLC0415  (only where there are some)

    settings = read_settings(root, environ=environ)
    written = list_outputs(settings)
    requests = (
        request_from(one, folder=str(root), written=written) for one in list_functions(settings)
    )
    return tuple(_with_output(request, root) for request in requests)


def _with_output(request: BuildRequest, root: Path) -> BuildRequest:
    """Refuse to guess: a wheel has to know where its zip is, whatever the working directory."""
    if request.output is None:
        raise ProjectError(
            "ESETTINGS",
            f"the settings in `{root}` name no `output`",
            hint='name a file in a Python package, `output = "src/my_package/function.zip"`, '
            'or a folder beside it: `output = "dist/"`',
        )
    return request


def _tell_function(built: BuiltFunction) -> ZipperError:
    """Return the error of one of several functions, with its name."""
    error = built.error
    assert error is not None
    error.facts = (("function", built.request.name or ""), *error.facts)
    return error
