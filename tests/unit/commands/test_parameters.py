"""The commands' options, as click reads them."""

from __future__ import annotations

import click
import pytest

from zipper.commands.group import COMMANDS, cli


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_flag_is_written_twice(name: str) -> None:
    """Click warns of a flag that two options share, which is an error here."""
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    flags = [
        flag
        for parameter in command.get_params(click.Context(command))
        for flag in (*parameter.opts, *parameter.secondary_opts)
        if flag.startswith("-")
    ]

    assert sorted(set(flags)) == sorted(flags)
