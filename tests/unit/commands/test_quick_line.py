"""A line that is read without click means what click makes of it."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from zipper.commands.build import command as build
from zipper.commands.quick_command import click
from zipper.commands.quick_line import read_line
from zipper.settings.options import options_of

_OPTIONS = [word for row in options_of("build") for word in row.typed]
_TEXTS = "a arm64 x86_64 safe linked inline tsc nodejs22.x a=b é -"
_NUMBERS = "7 0.5 -5 7_000 nan \u0667"
_VALUES = f"{_TEXTS} {_NUMBERS}".split()
_WORDS = st.one_of(
    st.sampled_from([*_OPTIONS, "--dry-run", "--watch"]),
    st.sampled_from([*_VALUES, "", "--", "--help", "-h", "-qv", "-ox", "--no-checks", "--che"]),
    st.builds("{}={}".format, st.sampled_from(_OPTIONS), st.sampled_from([*_VALUES, ""])),
)


def _read_by_click(words: list[str]) -> object:
    context = click.Context(build, info_name="build")
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            build.parse_args(context, list(words))
    except click.ClickException as error:
        return error.format_message()
    except click.exceptions.Exit:
        return "help"
    return context.params if not context.args else context.args


@given(st.lists(_WORDS, max_size=7))
def test_what_is_read_is_what_click_reads(words: list[str]) -> None:
    """Each value and its type; what click refuses is left to click."""
    values = read_line(words)

    assert values is None or values == _read_by_click(words)


@pytest.mark.parametrize("row", options_of("build"), ids=lambda row: row.name)
def test_each_option_is_read(row: object) -> None:
    """In both forms, so that nothing common needs click."""
    (option,) = [one for one in options_of("build") if one is row]
    value = next(iter(option.choices), "7")
    for name in option.typed:
        words = [name] if option.kind == "flag" else [name, value]
        read = read_line([*words, "project"])

        assert read is not None
        assert read == _read_by_click([*words, "project"])
        if option.kind != "flag" and name.startswith("--"):
            assert read == read_line([f"{name}={value}", "project"])


def test_types_are_those_of_click() -> None:
    """A whole number is an int, any other a float, although both are equal."""
    for row in options_of("build"):
        if row.kind in ("count", "number"):
            values = read_line([row.typed[0], "7"])
            assert values is not None
            assert type(values[row.name]) is (int if row.kind == "count" else float)


def test_mistakes_are_said_by_click() -> None:
    """What cannot be read is None, and the command says why."""
    assert read_line(["--no-such"]) is None
    assert "No such option" in CliRunner().invoke(build, ["--no-such"]).output


def test_a_build_imports_no_click() -> None:
    """That is what it is for; help does."""
    code = (
        "import sys; from zipper import cli; cli.run(sys.argv[1:]); print('click' in sys.modules)"
    )
    for words, expected in ((["build", "no-such-folder"], "False"), (["build", "--help"], "True")):
        done = subprocess.run(
            [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
        )
        assert expected == done.stdout.splitlines()[-1]
