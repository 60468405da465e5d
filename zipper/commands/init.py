"""`zipper init`."""

from __future__ import annotations

from pathlib import Path

import click

from zipper.commands.detect import Seen, look
from zipper.commands.output import echo_lines, write_text
from zipper.errors import ProjectError
from zipper.report.settings_template import write_first_settings
from zipper.settings.read_settings import read_settings_file
from zipper.settings.values import Settings

__all__ = ["command"]


@click.command("init", short_help="Write a first table of settings.")
@click.argument(
    "folder", metavar="[FOLDER]", default=".", type=click.Path(path_type=Path, file_okay=False)
)
@click.option("--print", "to_stdout", is_flag=True, help="Print the table, write nothing.")
def command(*, folder: Path, to_stdout: bool) -> None:
    """Write a commented `[tool.zipper]` to pyproject.toml in FOLDER, by looking at the project.

    The handler is looked for where package.json's `main` points and in the usual places, the
    runtime in `engines` and `.nvmrc`. Projects in folders below are found too, workspaces among
    them; several become several functions. Settings that are there already are never changed.

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
    seen = look(folder)
    table = write_first_settings(seen.values, seen.functions)
    if to_stdout:
        write_text(table, None)
        return
    path = folder / "pyproject.toml"
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    write_text(f"{before.rstrip()}\n\n{table}" if before.strip() else table, path)
    echo_lines([f"wrote [tool.zipper] to {path}; {_tell_next(seen)}"])


def _tell_next(seen: Seen) -> str:
    if seen.functions:
        names = ", ".join(str(function["name"]) for function in seen.functions)
        return f"functions: {names}; next: python -m zipper build"
    if not seen.has_handler:
        file = str(seen.values["handler"]).rpartition(".")[0]
        return f"there is no `{file}.js` yet: build it, or set `handler`"
    return "next: python -m zipper build"
