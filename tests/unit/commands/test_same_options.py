"""What can be typed can be called: the command and the library offer the same options."""

from __future__ import annotations

import importlib
import inspect

import click
import pytest

import zipper

_KEYWORDS = {
    "include_dev": "omit", "max_size": "max_size_bytes",
    "max_unzipped_size": "max_unzipped_size_bytes", "min_release_age": "min_release_age_days",
    "script_timeout": "script_timeout_seconds", "timeout": "timeout_seconds",
    "update_all": "update",
}  # fmt: skip
"""Names of options in the library where they differ."""

_OF_A_PERSON = {
    "dry_run", "quiet", "strict", "verbose", "as_json", "progress", "watch",
}  # fmt: skip
"""Options about what is printed and with which exit status; and `plan` is the dry run."""


@pytest.mark.parametrize("name", ["build", "resolve", "install"])
def test_every_option_is_a_keyword(name: str) -> None:
    """A build script needs no command line for what a person can ask for."""
    command = importlib.import_module(f"zipper.commands.{name}").command
    *options, _help = command.get_params(click.Context(command))
    typed = {option.name for option in options} - _OF_A_PERSON
    wanted = {_KEYWORDS.get(option, option) for option in typed}
    if name == "install":
        # It settles where dependencies go, whatever the handler.
        wanted.discard("handler")

    functions = [getattr(zipper, name)]
    if name == "build":
        # The command builds one project, or all functions that settings describe.
        functions.append(zipper.build_all)
    taken = {word for one in functions for word in inspect.signature(one).parameters}

    assert set() == wanted - taken


def test_plan_takes_what_build_takes() -> None:
    """Who plans a build needs no other words than who builds."""
    options = [set(inspect.signature(one).parameters) for one in (zipper.build, zipper.plan)]

    assert {"raise_on_error", "unpacked"} == options[0] - options[1]
