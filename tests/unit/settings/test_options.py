"""The table of options: what is made of it, and that all of it follows from the rows."""

from __future__ import annotations

import inspect
from pathlib import Path

import click
import pytest

import zipper
from zipper.commands.group import COMMANDS, cli
from zipper.errors import UsageError
from zipper.settings.build_request import BuildRequest, request_from
from zipper.settings.call import settings_of_call
from zipper.settings.generate import FILES
from zipper.settings.options import KEYS, OPTIONS, keywords_of, options_of
from zipper.settings.read_settings import request_of_call
from zipper.settings.values import Settings, parse_environment

SETTINGS_FOLDER = Path(zipper.__file__).with_name("settings")


@pytest.mark.parametrize("name", FILES)
def test_generated_files_are_those_of_the_table(name: str) -> None:
    """The JSON Schema and the types for checkers are what the table says now.

    Where this fails: `python -m zipper.settings.generate`.
    """
    assert FILES[name]() == (SETTINGS_FOLDER / name).read_text("utf-8")


def test_sentences_fit_everywhere() -> None:
    """Each option has one sentence that fits a line of help, of a docstring and of a comment."""
    for row in OPTIONS:
        assert row.sentence.endswith("."), row.name
        assert len(row.sentence) <= 88, row.name


def test_rows_name_commands_that_exist() -> None:
    """No row is of a command or of a function that is not there."""
    assert {name for row in OPTIONS for name in row.commands} <= set(COMMANDS)


def test_names_are_unique() -> None:
    """A setting has one row; a command has no flag twice, and a function no keyword."""
    assert len(KEYS) == len([row for row in OPTIONS if row.is_setting])
    for command in COMMANDS:
        flags = [flag for row in options_of(command) for flag in row.typed]
        assert sorted(set(flags)) == sorted(flags), command
    own = {row.variable for row in KEYS.values()}
    others = [name for row in KEYS.values() for name, _ in row.variables if name not in own]
    assert "ZIPPER_ARCH" in others
    assert sorted(set(others)) == sorted(others)


@pytest.mark.parametrize("command", [name for name in COMMANDS if options_of(name)])
def test_a_command_has_the_options_of_its_rows(command: str) -> None:
    """What the table says a command takes can be typed, each option with its sentence."""
    context = click.Context(cli)
    found = cli.get_command(context, command)
    assert found is not None
    if isinstance(found, click.Group):
        found = found.commands[{"cache": "size", "store": "audit"}[command]]
    parameters = found.get_params(click.Context(found))
    options = {option.name: option for option in parameters if isinstance(option, click.Option)}

    for row in options_of(command):
        assert set(row.typed) <= {*options[row.name].opts, *options[row.name].secondary_opts}
        assert (options[row.name].help or "").startswith(row.sentence)


def test_every_setting_has_a_variable_and_a_place_in_the_request() -> None:
    """Offline, the cache and what is shown are settings as all others are."""
    request = request_from(Settings(), folder=".")

    assert {"offline", "cache_dir", "quiet", "verbose", "progress"} <= set(KEYS)
    assert request_from(parse_environment({"ZIPPER_OFFLINE": "1"}), folder=".").offline
    missing = {row.field for row in KEYS.values()} - set(request._fields)
    assert {"runtime", "architecture"} == missing
    assert BuildRequest(project=".", target=zipper.Target()) == request


@pytest.mark.parametrize(
    ("environ", "field", "value"),
    [
        ({"ZIPPER_ARCH": "arm64"}, "architecture", "arm64"),
        ({"ZIPPER_ARCHITECTURE": "arm64", "ZIPPER_ARCH": "arm64"}, "architecture", "arm64"),
        ({"ZIPPER_ALLOW_SCRIPT": "esbuild"}, "allow_scripts", ("esbuild",)),
        ({"ZIPPER_NO_CHECK": "1"}, "check", False),
        ({"ZIPPER_NO_CHECK": "0"}, "check", True),
        ({"ZIPPER_NO_PROGRESS": "true"}, "progress", False),
        ({"ZIPPER_NO_GIT": "1"}, "no_git", True),
        ({"ZIPPER_MEMORY": "512"}, "memory", 512),
    ],
)
def test_each_way_to_type_an_option_is_a_variable(
    environ: dict[str, str], field: str, value: object
) -> None:
    """ZIPPER_ARCH is `--arch`, ZIPPER_ARCHITECTURE is `architecture`: they are one setting."""
    assert value == getattr(parse_environment(environ), field)


def test_two_variables_of_one_option_that_differ_are_refused() -> None:
    """Which of the two was meant cannot be told."""
    environ = {"ZIPPER_ARCH": "arm64", "ZIPPER_ARCHITECTURE": "x86_64"}

    with pytest.raises(zipper.ZipperError, match="ZIPPER_ARCH and ZIPPER_ARCHITECTURE differ"):
        parse_environment(environ)


@pytest.mark.parametrize("name", sorted({name for row in OPTIONS for name in row.takers}))
def test_help_shows_every_option_with_its_sentence(name: str) -> None:
    """`help(zipper.build)` and an editor know what the table knows."""
    function = getattr(zipper, name)
    parameters = inspect.signature(function).parameters
    text = inspect.getdoc(function) or ""

    for keyword, row in keywords_of(name).items():
        assert keyword in parameters
        assert f"{keyword}: {row.sentence}" in text


def test_an_unknown_keyword_is_a_type_error_with_the_nearest_word() -> None:
    """A misspelt keyword is what Python says of any function, and what was probably meant."""
    with pytest.raises(TypeError, match=r"build\(\).*'handlr'; did you mean `handler`"):
        zipper.build(handlr="a.b")  # type: ignore[call-arg]


def test_one_text_or_path_where_several_may_stand_is_one() -> None:
    """A text is never split into letters, and a path is its text."""
    settings = settings_of_call(
        "build", {"exclude": "test/", "layers": Path("a.zip"), "omit": {"optional"}}
    )

    assert (("test/",), ("a.zip",), ("optional",)) == (
        settings.exclude,
        settings.layers,
        settings.omit,
    )


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"omit": ["prod"]}, "`omit` cannot be `prod`"),
        ({"strict": "yes"}, "`strict` has to be true or false, not the text `yes`"),
        ({"exclude": [1]}, "`exclude` has to be a list of texts"),
        ({"max_size_bytes": -1}, "`max_size_bytes` has to be a number of bytes"),
    ],
)
def test_a_value_that_an_option_cannot_have_is_refused(
    keywords: dict[str, object], message: str
) -> None:
    """The error is the usual one of wrong usage, and names the keyword."""
    with pytest.raises(UsageError, match=message):
        settings_of_call("build", keywords)


def test_variables_count_for_a_zip_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is passed is stronger than a variable; a zip has no settings of its own."""
    monkeypatch.setenv("ZIPPER_OFFLINE", "1")
    monkeypatch.setenv("ZIPPER_ARCH", "arm64")

    request = request_of_call("run", {"architecture": "x86_64"})

    assert (True, "x86_64") == (request.offline, request.target.architecture)
