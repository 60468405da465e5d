"""What a folder tells of its functions, for a first table of settings.

In: a folder. Out: values for the table, and for each of several functions. The folder is only
read. A folder with a package.json and a file that can hold a handler is taken for a function,
unless another one depends on it or it only gathers workspaces.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from zipper.commands.detect_templates import look_at_templates
from zipper.commands.detected import Seen
from zipper.errors import ProjectError
from zipper.pipeline.handler_files import (
    EXTENSIONS,
    find_handler,
    find_handlers_in,
    find_handlers_of,
    find_projects,
)
from zipper.project.read_manifest import read_manifest
from zipper.target import ARCHITECTURES, DEFAULT_RUNTIME, RUNTIMES, default_handler

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from zipper.npm.package_json import Manifest

__all__ = ["Seen", "look"]

_HANDLER_FILES: Final = (
    "index", "src/index", "app", "src/app", "handler", "src/handler", "dist/index",
)  # fmt: skip

_CDK_NOTE: Final = (
    "cdk.json: the functions of a CDK app are in its code, which is not read; see "
    "`python -m zipper help comparison` for how it takes zips"
)


@dataclass(frozen=True, slots=True)
class _Candidate:
    folder: Path
    manifest: Manifest

    @property
    def handler_file(self) -> str | None:
        """Where the handler is, without extension: where `main` points, or in a usual place."""
        if isinstance(self.manifest.raw.get("main"), str):
            main = default_handler(self.manifest.raw).removesuffix(".handler")
            return main if self._has(main) else None
        return next((name for name in _HANDLER_FILES if self._has(name)), None)

    @property
    def handler(self) -> str:
        """The likeliest handler, whether its file is there or not."""
        file = self.handler_file
        fallback = default_handler(self.manifest.raw) if file is None else f"{file}.handler"
        if file is not None and (found := find_handlers_of(self.folder, file)):
            return found[0]
        return next(iter(find_handlers_in(self.folder)), fallback)

    @property
    def name(self) -> str:
        return self.manifest.name.rpartition("/")[2] or self.folder.name

    def _has(self, name: str) -> bool:
        return any((self.folder / f"{name}{extension}").is_file() for extension in EXTENSIONS)


def look(folder: Path) -> Seen:
    """Return what the projects in `folder` and below tell of themselves.

    A template of SAM or Serverless goes before what the folders look like.

    Raises:
        ProjectError: ENOPROJECT where there is none; EJSONPARSE, EYAMLPARSE, EREAD.
    """
    found, notes = look_at_templates(folder, find_handler=find_handler)
    if found is None:
        is_cdk = (folder / "cdk.json").is_file()
        found = _look_at_lone_files(folder, is_cdk=is_cdk) or _look_at_projects(folder)
        if is_cdk:
            notes = (*notes, _CDK_NOTE)
    return replace(found, notes=notes)


def _look_at_lone_files(folder: Path, *, is_cdk: bool) -> Seen | None:
    """Return the functions of folders without a package.json, which have no dependencies.

    Where there is a project it tells more; the one in the folder of a CDK app is the app's.
    """
    projects = [path for path in find_projects(folder) if path != folder or not is_cdk]
    handlers = [] if projects else list(find_handlers_in(folder))
    if is_cdk:
        handlers = [one for one in handlers if one.partition("/")[0] not in ("bin", "lib")]
    if not handlers:
        return None
    target: dict[str, object] = {"runtime": DEFAULT_RUNTIME, "architecture": ARCHITECTURES[0]}
    if not is_cdk:
        return Seen({"handler": handlers[0], **target})
    by_folder: dict[str, str] = {}
    for handler in handlers:
        by_folder.setdefault(handler.rpartition("/")[0] or ".", handler.rpartition("/")[2])
    rows: tuple[dict[str, object], ...] = tuple(
        {"name": place.replace("/", "-"), "project": place, "handler": handler}
        for place, handler in by_folder.items()
    )
    if len(rows) == 1:
        return Seen({**{key: rows[0][key] for key in ("project", "handler")}, **target})
    return Seen({**target, "output": "dist/"}, rows)


def _look_at_projects(folder: Path) -> Seen:
    projects = [_Candidate(path, read_manifest(path)) for path in find_projects(folder)]
    if not projects:
        raise ProjectError(
            "ENOPROJECT",
            f"there is no package.json in `{folder}`, nor in a folder in it",
            hint='write one, `{"dependencies": {}}`; a function without dependencies needs '
            "`index.js` alone",
        )
    functions = _choose_functions(projects, folder)
    if len(functions) == 1 and not _gathers_workspaces(projects[0], folder):
        (only,) = functions
        place = {} if only.folder == folder else {"project": _place(only, folder)}
        values = {**place, "handler": only.handler, **_describe_target(only)}
        return Seen(values, has_handler=only.handler_file is not None)
    is_workspace = _gathers_workspaces(projects[0], folder)
    rows = tuple(
        {"name": name, **(_in_workspaces(one, folder) if is_workspace else _alone(one, folder))}
        for name, one in zip(_name_apart(functions, folder), functions, strict=True)
    )
    return Seen({**_describe_target(functions[0]), "output": "dist/"}, rows)


def _alone(one: _Candidate, folder: Path) -> dict[str, object]:
    return {"project": _place(one, folder), "handler": one.handler}


def _in_workspaces(one: _Candidate, folder: Path) -> dict[str, object]:
    """Describe a workspace: its lockfile and the other workspaces are those of the whole."""
    place = _place(one, folder)
    return {"handler": f"{place}/{one.handler}", "include": [f"/{place}/"]}


def _gathers_workspaces(first: _Candidate, folder: Path) -> bool:
    return first.folder == folder and bool(first.manifest.raw.get("workspaces"))


def _choose_functions(projects: Sequence[_Candidate], folder: Path) -> Sequence[_Candidate]:
    """Return the projects that are functions; at least one, the first where nothing is certain."""
    if projects[0].folder == folder and not _gathers_workspaces(projects[0], folder):
        return projects[:1]
    used = {name for one in projects for name in one.manifest.dependencies}
    likely = [one for one in projects if one.handler_file and one.manifest.name not in used]
    return likely or projects[:1]


def _name_apart(functions: Sequence[_Candidate], folder: Path) -> list[str]:
    """Return a name for each: its project's, or its place where two would have one name."""
    names = [one.name for one in functions]
    return [
        name if names.count(name) == 1 else _place(one, folder).replace("/", "-")
        for name, one in zip(names, functions, strict=True)
    ]


def _place(one: _Candidate, folder: Path) -> str:
    return one.folder.relative_to(folder).as_posix()


def _describe_target(one: _Candidate) -> dict[str, object]:
    return {"runtime": _find_runtime(one), "architecture": ARCHITECTURES[0]}


def _find_runtime(one: _Candidate) -> str:
    """Return the newest runtime that `.nvmrc` and `engines.node` admit; a preview is the last."""
    for major in _majors(one.folder, one.manifest.raw):
        if f"nodejs{major}.x" in RUNTIMES:
            return f"nodejs{major}.x"
    return DEFAULT_RUNTIME


def _majors(project: Path, raw: Any) -> Iterator[int]:  # noqa: ANN401  (package.json as it is)
    from zipper.npm.semver import satisfies  # noqa: PLC0415  (for this command only)

    nvmrc = project / ".nvmrc"
    if nvmrc.is_file():
        digits = nvmrc.read_text(encoding="utf-8", errors="replace").strip().lstrip("v")
        major = digits.partition(".")[0]
        if major.isascii() and major.isdigit():
            yield int(major[:4])
    engines = raw.get("engines")
    wanted = engines.get("node") if isinstance(engines, dict) else None
    if isinstance(wanted, str):
        newest = sorted(
            RUNTIMES.values(), key=lambda one: (one.preview_since is not None, -one.major)
        )
        for runtime in newest:
            if satisfies(runtime.node_version, wanted):
                yield runtime.major
