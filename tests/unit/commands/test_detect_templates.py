"""What `init` reads in templates of SAM and Serverless, and what it says of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scene import HANDLER, write_files
from zipper.commands.detect import look
from zipper.errors import ProjectError

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.commands.detected import Seen

FUNCTION = "Type: AWS::Serverless::Function"


def see(folder: Path, name: str, text: str, **files: str) -> Seen:
    write_files(folder, {name: text, "src/index.js": HANDLER, "index.js": HANDLER, **files})
    return look(folder)


def sam(properties: str, *, head: str = "") -> str:
    return f"{head}\nResources:\n  Fn:\n    {FUNCTION}\n    Properties: {properties}\n"


SAM_VALUES = [
    ("{CodeUri: src/, Handler: index.handler}", "", {"project": "src"}),
    ("{CodeUri: ./src, Handler: index.handler}", "", {"project": "src"}),
    ("{Handler: src/index.handler}", "", {"project": ".", "handler": "src/index.handler"}),
    ("{CodeUri: src}", "", {"handler": "index.handler"}),
    (
        "{CodeUri: !Ref Code, Handler: index.handler}",
        "Parameters: {Code: {Type: String, Default: src/}}",
        {"project": "src"},
    ),
    (
        '{CodeUri: {"Fn::Sub": "${Code}/"}, Handler: index.handler}',
        "Parameters: {Code: {Type: String, Default: src}}",
        {"project": "src"},
    ),
    (
        '{CodeUri: !Sub ["${A}", {A: src}], Handler: index.handler}',
        "",
        {"project": "src"},
    ),
    (
        "{CodeUri: src, Handler: index.handler, Runtime: !FindInMap [Node, prod, runtime]}",
        "Mappings: {Node: {prod: {runtime: nodejs22.x}}}",
        {"runtime": "nodejs22.x"},
    ),
    (
        "{CodeUri: src, Handler: index.handler}",
        "Globals: {Function: {Runtime: nodejs20.x, Architectures: [arm64]}}",
        {"runtime": "nodejs20.x", "architecture": "arm64"},
    ),
    (
        "{CodeUri: src, Handler: index.handler, Runtime: nodejs24.x, Architectures: [x86_64]}",
        "Globals: {Function: {Runtime: nodejs20.x, Architectures: [arm64]}}",
        {"runtime": "nodejs24.x", "architecture": "x86_64"},
    ),
]
"""The properties of a function, what stands above, and some of the settings that follow."""


@pytest.mark.parametrize(("properties", "head", "expected"), SAM_VALUES)
def test_values_of_a_sam_template(
    tmp_path: Path, properties: str, head: str, expected: dict[str, str]
) -> None:
    """Globals, parameters' defaults, mappings and substitutions count where they are plain."""
    seen = see(tmp_path, "template.yaml", sam(properties, head=head))

    assert expected == {key: seen.values[key] for key in expected}
    assert () == seen.notes


SAM_NOTES = [
    ("{Runtime: python3.12, CodeUri: src}", "its runtime is python3.12"),
    ("{PackageType: Image}", "it is a container image"),
    ("{InlineCode: x, Handler: index.handler}", "its code is in the template"),
    ("{CodeUri: s3://bucket/key}", "is a finished package"),
    ("{CodeUri: fn.zip}", "is a finished package"),
    ("{CodeUri: !Ref Absent}", "`CodeUri` is `!Ref Absent`, which only a deployment knows"),
    ("{CodeUri: !If [A, b, c]}", "which only a deployment knows"),
    ('{CodeUri: !Sub "${AWS::Region}/x"}', "which only a deployment knows"),
]
"""The properties of a function that zipper does not pack, and why."""


@pytest.mark.parametrize(("properties", "told"), SAM_NOTES)
def test_a_function_that_cannot_be_packed_is_left_out(
    tmp_path: Path, properties: str, told: str
) -> None:
    """Each is named with the reason, and the others are proposed all the same."""
    good = f"  Good:\n    {FUNCTION}\n    Properties: {{CodeUri: src, Handler: index.handler}}\n"

    seen = see(tmp_path, "template.yml", sam(properties) + good)

    assert ("src", "dist/Good.zip") == (seen.values["project"], seen.values["output"])
    (note,) = seen.notes
    assert note.startswith("template.yml, Fn: left out: ")
    assert told in note


def test_several_functions_state_what_they_do_not_share(tmp_path: Path) -> None:
    """What most have in common stands in the table above."""
    rows = "".join(
        f"  F{number}:\n    {FUNCTION}\n    Properties: "
        f"{{CodeUri: src, Handler: index.handler, Runtime: {runtime}}}\n"
        for number, runtime in enumerate(("nodejs22.x", "nodejs22.x", "nodejs20.x"))
    )

    seen = see(tmp_path, "template.yaml", f"Resources:\n{rows}")

    assert "nodejs22.x" == seen.values["runtime"]
    assert [None, None, "nodejs20.x"] == [row.get("runtime") for row in seen.functions]


SERVERLESS = [
    ("provider: {runtime: nodejs22.x}", {"runtime": "nodejs22.x"}),
    ("provider: {architecture: arm64}", {"architecture": "arm64"}),
    (
        "custom: {node: 22}\nprovider: {runtime: 'nodejs${self:custom.node}.x'}",
        {"runtime": "nodejs22.x"},
    ),
    (
        "custom: {a: arm64, s: a}\nprovider: {architecture: '${self:custom.${self:custom.s}}'}",
        {"architecture": "arm64"},
    ),
    ("provider: {architecture: \"${opt:arch, 'arm64'}\"}", {"architecture": "arm64"}),
    (
        "x: &x {runtime: nodejs20.x}\nprovider: {<<: *x, architecture: arm64}",
        {"runtime": "nodejs20.x", "architecture": "arm64"},
    ),
    ("package: {patterns: ['!test/**', '!./*.md']}", {"exclude": ["/test/**", "/*.md"]}),
    ("package: {patterns: ['!**', 'src/**']}", {"include": ["/src/**"]}),
    ("package: {patterns: ['!node_modules/x/**']}", {}),
    ("package: {exclude: ['docs/**']}", {"exclude": ["/docs/**"]}),
]
"""What stands above the functions, and some of the settings that follow."""


@pytest.mark.parametrize(("head", "expected"), SERVERLESS)
def test_values_of_a_serverless_file(
    tmp_path: Path, head: str, expected: dict[str, object]
) -> None:
    """Variables that the file itself answers count, anchors and merge keys too."""
    text = f"service: s\n{head}\nfunctions:\n  a: {{handler: src/index.handler}}\n"

    seen = see(tmp_path, "serverless.yml", text)

    assert expected == {key: seen.values[key] for key in expected}
    assert "src/index.handler" == seen.values["handler"]
    assert () == seen.notes


@pytest.mark.parametrize(
    ("function", "told"),
    [
        ("{handler: '${env:H}'}", "which only a deployment knows"),
        ("{handler: a.b, runtime: python3.9}", "its runtime is python3.9"),
        ("{image: x}", "it is a container image"),
        ("{handler: a.b, package: {artifact: x.zip}}", "its package is made elsewhere"),
        ("'${file(fns.yml):b}'", "`${file(fns.yml):b}` is not read"),
        ("{handler: '${self:custom.x}'}", "which only a deployment knows"),
    ],
)
def test_what_serverless_computes_is_said(tmp_path: Path, function: str, told: str) -> None:
    """A function that only a deployment knows is left out by name."""
    text = (
        "custom: {x: '${self:custom.y}', y: '${self:custom.x}'}\n"
        f"functions:\n  a: {{handler: index.handler}}\n  b: {function}\n"
    )

    seen = see(tmp_path, "serverless.yml", text)

    assert "index.handler" == seen.values["handler"]
    assert any(f"b: left out: {told}" in note or told in note for note in seen.notes)


def test_a_function_has_the_folder_of_its_own_package(tmp_path: Path) -> None:
    """The nearest package.json between the service and the handler is the project's."""
    text = "functions:\n  users: {handler: packages/users/src/a.main}\n"
    write_files(tmp_path, {"packages/users/package.json": {"name": "users"}})

    seen = see(tmp_path, "serverless.yml", text, **{"packages/users/src/a.js": HANDLER})

    assert ("packages/users", "src/a.main") == (seen.values["project"], seen.values["handler"])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("template.yaml", "a: [b\n"),
        ("template.yaml", "- a\n"),
        ("serverless.yml", "a: &a [*a]\n"),
        ("serverless.yml", "[" * 5_000),
        ("serverless.yml", "a: !!python/object/apply:os.system [ls]\n"),
        ("serverless.yml", "\x00"),
    ],
)
def test_what_is_no_template_is_an_error(tmp_path: Path, name: str, text: str) -> None:
    """Whatever stands in the file, it is named, and nothing in it is run."""
    with pytest.raises(ProjectError) as caught:
        see(tmp_path, name, text)

    assert "EYAMLPARSE" == caught.value.code
    assert name in caught.value.message


def test_merged_anchors_do_not_double(tmp_path: Path) -> None:
    """Forty levels of two merges each are read at once."""
    lines = ["l0: &l0 {handler: index.handler}"]
    lines += [f"l{n}: &l{n} {{<<: [*l{n - 1}, *l{n - 1}]}}" for n in range(1, 40)]

    seen = see(tmp_path, "serverless.yml", "\n".join([*lines, "functions: {a: *l39}", ""]))

    assert "index.handler" == seen.values["handler"]


@pytest.mark.parametrize(
    ("code", "handler"),
    [
        ("exports.handler = 1; exports.other = 2", "index.handler"),
        ("exports.lambdaHandler = async () => 1", "index.lambdaHandler"),
        ("export const main = async () => 1", "index.main"),
        ("export default async () => 1", "index.default"),
        ("module.exports = { run: async () => 1 }", "index.run"),
        ("module.exports = { a: 1, b: 2 }", "index.handler"),
        ("", "index.handler"),
    ],
)
def test_the_handler_is_what_the_file_exports(tmp_path: Path, code: str, handler: str) -> None:
    """`init` writes a handler that is there."""
    write_files(tmp_path, {"package.json": {"name": "fn"}, "index.js": code})

    assert handler == look(tmp_path).values["handler"]
