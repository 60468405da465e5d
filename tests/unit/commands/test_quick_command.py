"""A click that imports less, and acts the same."""

from __future__ import annotations

import subprocess
import sys

from click.testing import CliRunner

from zipper.commands.quick_command import QuickCommand, QuickOption, click

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
