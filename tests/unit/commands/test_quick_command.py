"""A click that imports less, and acts the same."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
from typing import TYPE_CHECKING

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from zipper.commands.build import command as build
from zipper.commands.click_options import TableCommand
from zipper.commands.quick_command import QuickCommand, QuickOption, click

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zipper.settings.option_row import Option

_USE = """
import sys
from zipper.commands.quick_command import click
assert "inspect" not in sys.modules or {already}
assert click.core.inspect.cleandoc("a\\n  b") == "a\\nb"
import inspect
assert inspect.__file__ and inspect.signature(print)
assert sys.modules["inspect"] is inspect
"""


def test_inspect_is_imported_when_it_is_used() -> None:
    """A module of click finds what it uses of it, and others import the module itself."""
    for code in (_USE.format(already=False), "import inspect" + _USE.format(already=True)):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert (0, "") == (done.returncode, done.stderr)


def test_option_shows_its_sentence() -> None:
    """The help is the sentence, beside the option's name and its metavar."""

    @click.command(cls=QuickCommand)
    @click.option("--size", cls=QuickOption, metavar="MB", help="How large it may be.")
    def command(size: str | None) -> None:
        click.echo(size)

    shown = CliRunner().invoke(command, ["--help"]).output

    assert "--size MB  How large it may be." in shown
    assert "Show this message and exit." in shown
    assert "7\n" == CliRunner().invoke(command, ["--size", "7"]).output


_WORDS = (
    "-q --json --arch arm64 --exclude a --exclude=b -o - x.zip -5 --no-check --no-checks -qv -- "
    "--dry-run --timeout 7 -ox --help"
)


def _read(args: list[str], *, all_made: bool) -> object:
    """Return what `build` understands of a line, or what it says of it."""

    class Command(TableCommand):
        def _find_typed(self, args: Sequence[str]) -> list[Option] | None:
            return None if all_made else super()._find_typed(args)

    command = Command("build", params=list(build.params))
    context = click.Context(command, info_name="build")
    output = io.StringIO()
    try:
        with contextlib.redirect_stdout(output):
            command.parse_args(context, args)
    except click.ClickException as error:
        return error.format_message()
    except click.exceptions.Exit:
        return output.getvalue()
    return context.params, context.args


@given(st.lists(st.sampled_from(_WORDS.split()), max_size=6))
def test_options_that_are_made_when_typed_are_read_as_ever(args: list[str]) -> None:
    """A line means what it means with all options made; so do mistakes and help."""
    assert _read(list(args), all_made=True) == _read(list(args), all_made=False)


def test_only_typed_options_are_made() -> None:
    """A build without options makes none of the table."""
    command = TableCommand("build")
    command.parse_args(click.Context(command), ["-q"])

    assert ["quiet"] == list(command._made)
