"""`zipper build`, as click reads it; `zipper.commands.build_work` does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zipper.commands.build_work import build_typed
from zipper.commands.click_options import TableCommand
from zipper.commands.quick_command import QuickOption

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

__all__ = ["command"]


def _complete(
    context: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    from zipper.commands.zip_names import complete_path  # noqa: PLC0415  (a shell alone wants it)

    return complete_path(context, parameter, incomplete)


@click.command("build", cls=TableCommand, short_help="Build the deployment package of a project.")
@click.argument("project", metavar="[PROJECT|NAME]", required=False, shell_complete=_complete)
@click.option("--dry-run", cls=QuickOption, is_flag=True, help="Print the plan, write no zip.")
@click.option(
    "--watch",
    cls=QuickOption,
    is_flag=True,
    help="Build again whenever a file changes (extra `watch`).",
)
def command(**values: Any) -> int:  # noqa: ANN401  (of the options' own types)
    """Build the deployment package of PROJECT: its files, and its dependencies for the target.

    Without PROJECT, the project in this folder, or all functions that its settings describe;
    NAME is one of them. The dependencies come from npm-shrinkwrap.json or package-lock.json; where
    there is neither they are resolved as npm would. Neither npm nor Node.js is needed.

    Settings come from the options, else from the ZIPPER_ variables (ZIPPER_RUNTIME and so on),
    else from `[tool.zipper]` in pyproject.toml or `"zipper"` in package.json. An option replaces
    what the settings say. Patterns are those of .gitignore; `--exclude '!.env'` brings a file back
    that is left out by default.

    The finished zip is checked: whether Lambda takes it, and whether the handler's file and every
    module that it requests while it loads are there. An error fails the check, with `--strict` a
    warning too: the exit status is 1, and the zip is not written, without `--keep-failed`.

    With --affected only the functions whose files, siblings, packages or settings differ from the
    commit where this branch left BASE are built; uncommitted and untracked files count.

    \b
    Examples:
      python -m zipper build
      python -m zipper build fn --runtime nodejs22.x --arch arm64 -o dist/fn.zip
      python -m zipper build fn --exclude 'test/' --exclude '*.md' --dry-run
      python -m zipper build -o dist/        every function of the settings
      python -m zipper build --workers 4     the same, in four processes
      python -m zipper build --affected origin/main
      python -m zipper build --watch         again after each change, until ^C
      python -m zipper build fn --unpacked build/fn
      python -m zipper build fn -o - | aws s3 cp - s3://bucket/fn.zip
    """
    return build_typed(**values)
