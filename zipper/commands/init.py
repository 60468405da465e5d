"""`zipper init`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zipper.commands.detect import look
from zipper.commands.output import echo_lines, write_text
from zipper.errors import ProjectError
from zipper.report.settings_template import write_first_settings
from zipper.report.tool_snippets import TOOLS, write_snippet
from zipper.settings.read_settings import read_settings_file
from zipper.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zipper.commands.detected import Seen

__all__ = ["command"]


@click.command("init", short_help="Write a first table of settings.")
@click.argument(
    "folder", metavar="[FOLDER]", default=".", type=click.Path(path_type=Path, file_okay=False)
)
@click.option("--print", "to_stdout", is_flag=True, help="Print the table, write nothing.")
@click.option(
    "--for",
    "tool",
    type=click.Choice(TOOLS),
    help="Print what makes another tool take the zips; write nothing.",
)
def command(*, folder: Path, to_stdout: bool, tool: str | None) -> None:
    """Write a commented `[tool.zipper]` to pyproject.toml in FOLDER, by looking at the project.

    The functions are those of a SAM template or a serverless.yml where there is one. Else the
    handler is what the file exports to which package.json's `main` points, or one in a usual
    place; the runtime is that of `engines` and `.nvmrc`. Projects in folders below are found too,
    workspaces among them; several become several functions. What only a deployment knows is said
    and left to you. Settings that are there already are never changed.

    With --for: a snippet for that tool, of the functions that the settings describe, or, without
    settings, of what was found. `python -m zipper help terraform`, `cdk` and so on tell the rest.

    \b
    Examples:
      python -m zipper init
      python -m zipper init --print
      python -m zipper init --for terraform > lambda.tf
    """
    if tool is not None:
        from zipper.commands.shown_functions import list_shown  # noqa: PLC0415  (with its option)

        write_text(write_snippet(tool, list_shown(folder)), None)
        return
    if not to_stdout and read_settings_file(folder) != Settings():
        raise ProjectError(
            "ESETTINGS",
            f"there are settings of zipper in `{folder}` already",
            hint="edit them, or see what a new table would be: `python -m zipper init --print`",
        )
    seen = look(folder)
    echo_lines((f"note: {note}" for note in seen.notes), err=True, fold=True)
    table = write_first_settings(seen.values, seen.functions)
    if to_stdout:
        write_text(table, None)
        return
    path = folder / "pyproject.toml"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    write_text(f"{before.rstrip()}\n\n{table}" if before.strip() else table, path)
    echo_lines([f"wrote [tool.zipper] to {path}", *_describe(seen), _tell_next(seen)], fold=True)


def _describe(seen: Seen) -> Iterator[str]:
    """Yield a line for each function: where it is, its handler, its target."""
    for function in seen.functions or ({"name": "function"},):
        values = {**seen.values, **function}
        target = f"{values['runtime']} {values['architecture']}"
        project = values.get("project", ".")
        place = "this folder" if project == "." else project
        yield f"  {function['name']}: {values['handler']} in {place}, {target}"


def _tell_next(seen: Seen) -> str:
    if not seen.has_handler:
        file = str(seen.values["handler"]).rpartition(".")[0]
        return f"there is no `{file}.js` yet: build it, or set `handler`"
    return "next: python -m zipper build"
