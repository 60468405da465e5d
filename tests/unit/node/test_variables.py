"""Node's command line and variables are those of Lambda's bootstrap."""

from __future__ import annotations

import json

import pytest

from zipper.errors import UsageError
from zipper.node.variables import (
    FunctionSettings,
    RunPlaces,
    check_variables,
    node_arguments,
    node_variables,
)
from zipper.target import Target


def settings(runtime="nodejs22.x", memory_mb=1024, **variables):
    """Return a function's settings."""
    return FunctionSettings(
        Target(runtime), "index.handler", memory_mb, "f", "stream", "us-east-1", variables
    )


@pytest.mark.parametrize(
    ("runtime", "flags", "generation"),
    [
        ("nodejs18.x", [], "3"),
        ("nodejs20.x", ["--no-experimental-require-module"], "3"),
        (
            "nodejs22.x",
            ["--no-experimental-require-module", "--no-experimental-detect-module"],
            "3",
        ),
        ("nodejs24.x", [], "4"),
    ],
)
def test_command_line(runtime, flags, generation):
    """Each runtime has its flags and its loader; a tenth of the memory is the new space."""
    command = node_arguments(settings(runtime), RunPlaces())

    memory = ["--max-semi-space-size=51", "--max-old-space-size=922"]
    program = ["/var/runtime/index.mjs", generation]
    assert ["/var/lang/bin/node", *flags, *memory, *program] == command


def test_node_options_come_first():
    """What NODE_OPTIONS sets, the bootstrap does not."""
    options = "--experimental-require-module --max-old-space-size=99 --max-semi-space-size=2"

    command = node_arguments(settings(NODE_OPTIONS=options), RunPlaces())

    assert ["--no-experimental-detect-module"] == [a for a in command if a.startswith("--")]


def test_search_path():
    """NODE_PATH has the layer's folders, the runtime's and the package, in this order."""
    variables = node_variables(settings(), RunPlaces())

    assert (
        "/opt/nodejs/node22/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:"
        "/var/runtime:/var/task"
    ) == variables["NODE_PATH"]


def test_own_variables_win():
    """A function may set NODE_PATH and its region itself."""
    variables = node_variables(settings(NODE_PATH="/x", AWS_REGION="eu-west-1"), RunPlaces())

    assert ("/x", "eu-west-1") == (variables["NODE_PATH"], variables["AWS_REGION"])


def test_temporary_folder_of_the_machine():
    """Where /tmp is not the function's own, TMPDIR names what is."""
    assert "TMPDIR" not in node_variables(settings(), RunPlaces())
    assert "/run/tmp" == node_variables(settings(), RunPlaces(tmp="/run/tmp"))["TMPDIR"]


@pytest.mark.parametrize("name", ["_HANDLER", "LAMBDA_TASK_ROOT", "A", "1A", "A-B", "Ä1", "", "_A"])
def test_refused_names(name):
    """Names that Lambda reserves or does not allow are refused."""
    with pytest.raises(UsageError):
        check_variables({name: "value"})


@pytest.mark.parametrize("value", ["x", "ü", '"', "\n", "\x01"])
def test_four_kilobytes(value):
    """All variables together may take 4,096 bytes as compact JSON, not one more."""
    document = {"NAME": "", "OTHER": value}
    room = 4096 - len(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
    document["NAME"] = "x" * room

    check_variables(document)
    with pytest.raises(UsageError, match="4,097"):
        check_variables({**document, "NAME": "x" * (room + 1)})
