"""A function without a package.json: its files alone, as it has no dependencies.

In: a folder in which a build has found no package.json. Out: a project without dependencies where
the handler's file is there; else the error that says what there is instead.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from zipper.errors import ProjectError
from zipper.npm.lockfile_formats import NPM_LOCKFILES
from zipper.pipeline.handler_files import EXTENSIONS, find_handlers_in, find_projects
from zipper.project.read_project import read_bare_folder
from zipper.target import default_handler

if TYPE_CHECKING:
    from zipper.project.read_project import Project
    from zipper.settings.build_request import BuildRequest

__all__ = ["read_bare_project"]

_SHOWN_MAX: Final = 5


def read_bare_project(request: BuildRequest, error: ProjectError) -> Project:
    """Return the project of a folder that holds a handler's file and no package.json.

    Args:
        request: of the build.
        error: what reading the project has raised.

    Raises:
        ProjectError: `error` where it is about something else; ENOPROJECT with what the folder
            holds instead.
    """
    folder = Path(request.project)
    has_lockfile = any((folder / name).exists() for name in NPM_LOCKFILES)
    is_other = has_lockfile or not folder.is_dir() or (folder / "package.json").exists()
    if error.code != "ENOPROJECT" or is_other:
        raise error
    place, slash, name = (request.handler or default_handler({})).rpartition("/")
    stem = f"{place}{slash}{name.partition('.')[0]}"
    if any((folder / f"{stem}{extension}").is_file() for extension in EXTENSIONS):
        return read_bare_folder(folder.resolve(), request.npm_options)
    raise _describe(folder, stem) from error


def _describe(folder: Path, stem: str) -> ProjectError:
    shown = "this folder" if str(folder) == "." else f"`{folder}`"
    what = f"there is no package.json in {shown}, and no `{stem}.js`"
    handlers = find_handlers_in(folder)[:_SHOWN_MAX]
    if handlers:
        return ProjectError(
            "ENOPROJECT",
            what,
            facts=(("handlers", ", ".join(handlers)),),
            hint=f"name the handler, `--handler {handlers[0]}`: a function without dependencies "
            "needs no package.json",
        )
    below = [path.relative_to(folder).as_posix() for path in find_projects(folder)][:_SHOWN_MAX]
    if below:
        place = (folder / below[0]).as_posix()
        shown = place if "/" in place else f"{place}/"
        return ProjectError(
            "ENOPROJECT",
            what,
            facts=(("projects", ", ".join(below)),),
            hint=f"name one, such as `{shown}`; `python -m zipper init` describes all of them",
        )
    return ProjectError(
        "ENOPROJECT",
        what,
        hint=f"name the project's folder: `python -m zipper build FOLDER`; a function without "
        f"dependencies needs `{stem}.js` alone",
    )
