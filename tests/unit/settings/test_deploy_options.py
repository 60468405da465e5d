"""`[tool.zipper.deploy]`: its keys, its errors, and what of it holds for one function."""

from __future__ import annotations

import tomllib

import pytest

from zipper.deploy.wanted import ValueSource, find_environment, name_function
from zipper.errors import ProjectError, UsageError
from zipper.settings.build_request import list_functions, request_from
from zipper.settings.values import Settings, SettingsSource, parse_settings


def parse(text: str) -> Settings:
    source = SettingsSource("pyproject.toml", text, ("tool", "zipper"))
    return parse_settings(tomllib.loads(text)["tool"]["zipper"], source)


def test_a_function_goes_before_the_table_of_all() -> None:
    """Key by key; variables and tags by their names. Memory of a run is the function's, too."""
    settings = parse(
        '[tool.zipper]\nmemory = 256\n[tool.zipper.deploy]\nalias = "live"\ntimeout = 10\n'
        'environment = {A = "1", B = {ssm = "/b"}}\n'
        '[[tool.zipper.functions]]\nname = "x"\n[tool.zipper.functions.deploy]\ntimeout = 20\n'
        'environment = {A = false, C = {secret = "c", key = "k"}}\n'
    )
    (one,) = list_functions(settings)
    request = request_from(one, folder=".")

    assert request.deploy == {
        "memory": 256, "alias": "live", "timeout": 20,
        "environment": {"A": False, "B": {"ssm": "/b"}, "C": {"secret": "c", "key": "k"}},
    }  # fmt: skip
    assert request.of_package == request_from(Settings(memory=256, name="x"), folder=".")._replace(
        deploy=None
    )
    assert {
        "A": None, "B": ValueSource("ssm", "/b"), "C": ValueSource("secret", "c", "k"),
        "D": ValueSource("value", "="), "NODE_OPTIONS": ValueSource("value", "-x"),
    } == find_environment(request.deploy or {}, ["A=0", "D=="], "-x")  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("rol = 1", "unknown key `rol` in `pyproject.toml`, line 2", "did you mean `role`?"),
        ('memory = "1"', "`memory` in `pyproject.toml`, line 2 has to be a whole number", None),
        ("environment = 1", "`environment` in `pyproject.toml`, line 2 has to be a table", None),
        ("environment = {A = 1}", "not `1`", 'write it as text: `A = "1"`'),
        ("environment = {A = true}", "not `true`", 'write it as text: `A = "true"`'),
        ('environment = {A = {ssm = "a", key = "b"}}', "not a table", None),
        ('environment = {A = {smm = "a"}}', "not a table", None),
        ("tags = {A = false}", "has to be text", 'write it as text: `A = "false"`'),
    ],
)
def test_errors_lead_to_the_line(text: str, message: str, hint: str | None) -> None:
    """Each names the key and where it is."""
    with pytest.raises(ProjectError) as caught:
        parse(f"[tool.zipper.deploy]\n{text}\n")

    assert "ESETTINGS" == caught.value.code
    assert message in caught.value.message
    assert hint is None or hint == caught.value.hint


@pytest.mark.parametrize(
    ("values", "names", "expected"),
    [
        ({}, (None, "orders"), "orders"),
        ({"function_name": "a"}, ("orders",), "a"),
        ({"function_name": "arn:aws:lambda:eu-west-1:123456789012:function:a"}, (), None),
        ({"function_name": "a b"}, (), ""),
        ({}, ("x" * 65,), ""),
        ({}, (None, None), ""),
    ],
)
def test_names_are_those_that_lambda_takes(
    values: dict[str, str], names: tuple[str | None, ...], expected: str | None
) -> None:
    """What it would refuse is told before anything is built."""
    if expected == "":
        with pytest.raises(UsageError):
            name_function(values, *names)
    else:
        assert (expected or values["function_name"]) == name_function(values, *names)
