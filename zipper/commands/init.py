"""`zipper init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zipper.commands.write import write_text
from zipper.errors import ProjectError
from zipper.project import read_manifest
from zipper.report.first_settings import write_first_settings
from zipper.settings.files import read_settings_file
from zipper.settings.values import Settings
from zipper.target import ARCHITECTURES, DEFAULT_RUNTIME, RUNTIMES, default_handler

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["command"]

_HANDLER_FILES = ("index", "src/index", "app", "src/app", "handler", "src/handler", "dist/index")
_EXTENSIONS = (".js", ".mjs", ".cjs")


@click.command("init", short_help="Write a first table of settings.")
@click.argument(
    "folder", metavar="[FOLDER]", default=".", type=click.Path(path_type=Path, file_okay=False)
)
@click.option("--print", "to_stdout", is_flag=True, help="Print the table, write nothing.")
def command(*, folder: Path, to_stdout: bool) -> None:
    """Write a commented `[tool.zipper]` to pyproject.toml in FOLDER, by looking at the project.

    The handler is looked for where package.json's `main` points and in the usual places, the
    runtime in `engines` and `.nvmrc`; a project in a folder below is found too. Settings that are
    there already are never changed.

    \b
    Examples:
      python -m zipper init
      python -m zipper init --print
    """
    if read_settings_file(folder) != Settings():
        raise ProjectError(
            "ESETTINGS",
            f"there are settings of zipper in `{folder}` already",
            hint="edit them, or see what a new table would be: `zipper init --print`",
        )
    table = write_first_settings(_look(folder))
    if to_stdout:
        click.echo(table, nl=False)
        return
    path = folder / "pyproject.toml"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    write_text(f"{before.rstrip()}\n\n{table}" if before.strip() else table, path)
    click.echo(f"wrote [tool.zipper] to {path}; next: python -m zipper build")


def _look(folder: Path) -> dict[str, object]:
    """Return what the project tells of itself."""
    project = _find_project(folder)
    if project is None:
        raise ProjectError(
            "ENOPROJECT",
            f"there is no package.json in `{folder}`, nor in a folder in it",
            hint="make one first: `npm init`, or write it by hand",
        )
    raw = read_manifest(project).raw
    known: dict[str, object] = {}
    if project != folder:
        known["project"] = project.relative_to(folder).as_posix()
    known["handler"] = _find_handler(project, raw)
    known["runtime"] = _find_runtime(project, raw)
    known["architecture"] = ARCHITECTURES[0]
    return known


def _find_project(folder: Path) -> Path | None:
    """Return the folder that holds package.json: this one, else the only one below."""
    if (folder / "package.json").is_file():
        return folder
    found = [
        path.parent
        for path in sorted(folder.glob("*/package.json"))
        if path.parent.name != "node_modules"
    ]
    return found[0] if len(found) == 1 else None


def _find_handler(project: Path, raw: Any) -> str:  # noqa: ANN401  (package.json as it is)
    if isinstance(raw.get("main"), str):
        return default_handler(raw)
    for name in _HANDLER_FILES:
        if any((project / f"{name}{extension}").is_file() for extension in _EXTENSIONS):
            return f"{name}.handler"
    return "index.handler"


def _find_runtime(project: Path, raw: Any) -> str:  # noqa: ANN401  (package.json as it is)
    """Return the newest runtime that `.nvmrc` and `engines.node` admit."""
    for major in _majors(project, raw):
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
        for runtime in reversed(RUNTIMES.values()):
            if satisfies(runtime.node_version, wanted):
                yield runtime.major
