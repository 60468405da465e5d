"""Settings: what a table may say, which value wins, and errors that lead to the line."""

from __future__ import annotations

import json
import tomllib

import pytest

import zipper
from zipper.errors import ProjectError, UsageError
from zipper.settings.values import (
    Settings,
    SettingsSource,
    merge,
    overlay,
    parse_environment,
    parse_settings,
)


def parse_toml(text: str) -> Settings:
    table = tomllib.loads(text)["tool"]["zipper"]
    return parse_settings(table, SettingsSource("pyproject.toml", text, ("tool", "zipper")))


def parse_json(text: str) -> Settings:
    return parse_settings(
        json.loads(text)["zipper"], SettingsSource("package.json", text, ("zipper",))
    )


def test_every_kind_of_value_is_read() -> None:
    """Texts, lists, flags and sizes come as Python's own values."""
    settings = parse_toml(
        '[tool.zipper]\nhandler = "src/app.handler"\nexclude = ["a", "b"]\n'
        'strict = true\nmax_size = "40 MB"\nmax_unzipped_size = 1_000\n'
    )

    assert (
        Settings(
            handler="src/app.handler",
            exclude=("a", "b"),
            strict=True,
            max_size=40_000_000,
            max_unzipped_size=1_000,
        )
        == settings
    )


@pytest.mark.parametrize(
    ("text", "size"),
    [("1", 1), ("5kB", 5_000), ("2 MiB", 2_097_152), ("1 GB", 10**9), ("1,000 B", 1_000)],
)
def test_sizes_have_units(text: str, size: int) -> None:
    """Decimal and binary units are told apart."""
    assert size == parse_toml(f'[tool.zipper]\nmax_size = "{text}"\n').max_size


@pytest.mark.parametrize("text", ["", "MB", "1.5 MB", "-1", "1 XB", "9" * 20])
def test_sizes_that_are_none_are_refused(text: str) -> None:
    """A size that cannot be read is an error, not a guess."""
    with pytest.raises(ProjectError, match="max_size"):
        parse_toml(f'[tool.zipper]\nmax_size = "{text}"\n')


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        (
            '[project]\nname = "x"\n\n[tool.zipper]\nruntme = "nodejs22.x"\n',
            "unknown key `runtme` in `pyproject.toml`, line 5",
            "did you mean `runtime`?",
        ),
        (
            '[tool.zipper]\nallow-scripts = ["a"]\n',
            "unknown key `allow-scripts` in `pyproject.toml`, line 2",
            "did you mean `allow_scripts`?",
        ),
        (
            '[tool.zipper]\n\nexclude = "test/"\n',
            "`exclude` in `pyproject.toml`, line 3 has to be a list of texts, not the text `test/`",
            'write a list: `exclude = ["test/"]`',
        ),
        (
            '[tool.zipper]\nruntime = "nodejs23.x"\n',
            "`runtime` in `pyproject.toml`, line 2 cannot be `nodejs23.x`",
            "did you mean `nodejs24.x`?",
        ),
        (
            '[tool.zipper]\nomit = ["dev", "prod"]\n',
            "`omit` in `pyproject.toml`, line 2 cannot be `prod`",
            None,
        ),
        (
            "[tool.zipper]\nstrict = 1\n",
            "`strict` in `pyproject.toml`, line 2 has to be true or false, not `1`",
            None,
        ),
        (
            '[[tool.zipper.functions]]\nname = "a"\n\n[[tool.zipper.functions]]\nname = "a"\n',
            "two functions are called `a` in `pyproject.toml`, line 5",
            None,
        ),
        (
            '[[tool.zipper.functions]]\nname = "a"\n[[tool.zipper.functions]]\nhandler = "b.c"\n',
            "a function without `name` in `pyproject.toml`, line 3",
            None,
        ),
        (
            '[[tool.zipper.functions]]\nname = "a"\nhandlr = "b.c"\n',
            "unknown key `handlr` in `pyproject.toml`, line 3",
            "did you mean `handler`?",
        ),
        (
            '[[tool.zipper.functions]]\nname = "a/b"\n',
            "the function's name `a/b` in `pyproject.toml`, line 2 cannot name a zip",
            "use letters, digits, `-` and `_`, as Lambda does",
        ),
    ],
)
def test_errors_lead_to_the_line(text: str, message: str, hint: str | None) -> None:
    """Each error names the key, the file, the line and, where there is one, the nearest key."""
    with pytest.raises(ProjectError) as caught:
        parse_toml(text)

    assert ("ESETTINGS", message, hint) == (
        caught.value.code,
        caught.value.message,
        caught.value.hint,
    )


def test_errors_in_package_json_lead_to_the_line() -> None:
    """Lines are found in JSON too, inside of lists and past look-alikes."""
    text = """{
  "name": "zipper",
  "scripts": {"runtme": "x", "brackets": "[{"},
  "zipper": {
    "functions": [
      {"name": "a"},
      {"name": "b",
       "runtme": "nodejs22.x"}
    ]
  }
}"""

    with pytest.raises(ProjectError, match=r"unknown key `runtme` in `package\.json`, line 8"):
        parse_json(text)


def test_a_table_has_to_be_a_table() -> None:
    """A text where a table is expected is refused."""
    with pytest.raises(ProjectError, match="has to be a table, not the text `x`"):
        parse_settings("x", SettingsSource("pyproject.toml", "", ("tool", "zipper")))


def test_variables_are_settings() -> None:
    """ZIPPER_ variables have the keys' names; lists are separated by commas or line breaks."""
    settings = parse_environment(
        {"ZIPPER_RUNTIME": "nodejs22.x", "ZIPPER_EXCLUDE": "a/, b\nc", "ZIPPER_STRICT": "yes",
         "ZIPPER_MAX_SIZE": "1 MB", "ZIPPER_HANDLER": "", "ZIPPER_OTHER": "x"}
    )  # fmt: skip

    expected = Settings(
        runtime="nodejs22.x",
        exclude=("a/", "b", "c"),
        strict=True,
        max_size=1_000_000,
        unknown_variables=("ZIPPER_OTHER",),
    )
    assert expected == settings


def test_variables_of_no_option_are_told_apart() -> None:
    """What no option has is no error: it may be somebody else's; a warning names it."""
    settings = parse_environment({"ZIPPER_RUNTME": "nodejs22.x", "ZIPPER_CACHE_DIR": "x"})

    assert Settings(cache_dir="x", unknown_variables=("ZIPPER_RUNTME",)) == settings


def test_errors_in_variables_name_the_variable() -> None:
    """A value that its key cannot have is refused by the variable's name."""
    with pytest.raises(ProjectError, match="the variable ZIPPER_ARCHITECTURE cannot be `x64`"):
        parse_environment({"ZIPPER_ARCHITECTURE": "x64"})


def test_later_layers_win_and_replace() -> None:
    """A stronger list replaces a weaker one, an empty one takes it back; None says nothing."""
    weak = Settings(runtime="nodejs20.x", exclude=("a",), omit=("dev",), strict=True)
    strong = Settings(runtime="nodejs22.x", exclude=("b",), omit=(), strict=False)

    merged = merge(weak, Settings(), strong)

    expected = Settings(runtime="nodejs22.x", exclude=("b",), omit=(), strict=False)
    assert expected == merged


def test_overlay_reaches_every_function() -> None:
    """What was typed is stronger than what a function's own table says."""
    settings = Settings(functions=(Settings(name="a", runtime="nodejs20.x"),))

    overlaid = overlay(settings, Settings(runtime="nodejs22.x"))

    assert "nodejs22.x" == overlaid.functions[0].runtime
    assert "nodejs22.x" == overlaid.runtime


def test_unknown_runtime_of_a_target_is_told() -> None:
    """The library's own way in refuses what does not exist."""
    with pytest.raises(UsageError, match="unknown runtime"):
        zipper.Target("nodejs23.x")
