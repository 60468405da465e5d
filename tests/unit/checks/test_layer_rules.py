"""What differs between a function and its layers, and what a layer lacks."""

from __future__ import annotations

import json

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"


def manifest(**fields: object) -> str:
    """Return the text of a package.json."""
    return json.dumps(fields)


def messages(code: str, files: dict[str, str], **options: object) -> list[str]:
    """Return what the findings of a code say."""
    return [f.message for f in check_files(files, **options).findings if f.code == code]


@pytest.mark.parametrize(
    ("place", "version", "expected"),
    [
        ("nodejs/node_modules/a", "1.0.0", True),
        ("nodejs/node_modules/a", "1.0.1", False),
        ("nodejs/node24/node_modules/a", "1.0.0", True),
        ("nodejs/node22/node_modules/a", "1.0.0", False),
        ("node_modules/a", "1.0.0", False),
        ("nodejs/node_modules/b/node_modules/a", "1.0.0", False),
        ("nodejs/node_modules/b", "1.0.0", False),
        ("nodejs/node_modules/a", None, False),
        ("nodejs/node_modules/@s/a", "1.0.0", False),
    ],
)
def test_other_versions_in_a_layer(place: str, version: str | None, expected: bool) -> None:
    """A package right in the node_modules of both, of the runtime's Node, is compared."""
    own = {"index.js": H, "node_modules/a/package.json": manifest(version="1.0.1")}
    own["node_modules/b/node_modules/a/package.json"] = manifest(version="1.0.1")
    layer = {f"{place}/package.json": manifest(version=version), f"{place}/index.js": ""}
    told = messages("layer-version", own, layers=[{"nodejs/x": ""}, layer])

    assert expected == bool(told)
    assert not told or "layer 2 has another version: `a` 1.0.0 (the function has 1.0.1);" in told[0]


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [('{"name": "a"}', '{"version": "1.0.0"}'), ('{"version": "2.0.0"}', "{"), ("{", "{}")],
)
def test_versions_that_are_not_known(mine: str, theirs: str) -> None:
    """Nothing is said of a package.json that has no version, or cannot be read."""
    own = {"index.js": H, "node_modules/a/package.json": mine}
    layer = {"nodejs/node_modules/a/package.json": theirs}

    assert [] == messages("layer-version", own, layers=[layer])


def test_many_other_versions_are_counted() -> None:
    """Five are named, in order."""
    names = ("f", "e", "d", "c", "@s/b", "a", "g")
    own = {f"node_modules/{n}/package.json": manifest(version="2.0.0") for n in names}
    layer = {f"nodejs/{place}": text.replace("2", "1") for place, text in own.items()}
    (told,) = messages("layer-version", {"index.js": H, **own}, layers=[layer])

    shown = [f"`{name}` 1.0.0 (the function has 2.0.0)" for name in ("@s/b", "a", "c", "d", "e")]
    assert f"another version: {', '.join(shown)} and 2 more; code" in told


@pytest.mark.parametrize(
    ("fields", "more", "expected"),
    [
        ({"dependencies": {"b": "1"}}, {}, "`b`"),
        ({"dependencies": {"c": "1", "b": "1"}}, {}, "`b`, `c`"),
        ({"dependencies": {"b": "1"}}, {"nodejs/node_modules/b/index.js": ""}, None),
        ({"dependencies": {"b": "1"}}, {"nodejs/node24/node_modules/b/index.js": ""}, None),
        ({"dependencies": {"b": "1"}}, {"nodejs/node22/node_modules/b/index.js": ""}, "`b`"),
        ({"dependencies": {"b": "1"}}, {"nodejs/node_modules/a/node_modules/b/i.js": ""}, None),
        ({"dependencies": {"b": "1"}}, {"node_modules/b/index.js": ""}, "`b`"),
        ({"dependencies": {"@s/b": "1"}}, {"nodejs/node_modules/@s/b/index.js": ""}, None),
        ({"dependencies": {"b": "1"}, "optionalDependencies": {"b": "1"}}, {}, None),
        ({"dependencies": {"b": "1"}, "bundleDependencies": ["b"]}, {}, None),
        ({"dependencies": {"b": "1"}, "bundledDependencies": ["b"]}, {}, None),
        ({"dependencies": {"b": "1"}, "bundledDependencies": ["c"]}, {}, "`b`"),
        ({"dependencies": {"b": "1"}, "bundledDependencies": True}, {}, "`b`"),
        ({"dependencies": {"events": "1", "@aws-sdk/x": "1", "given": "1"}}, {}, None),
        ({"dependencies": {"@aws/durable-execution-sdk-js": "1"}}, {}, None),
        ({"dependencies": {"@smithy/x": "1"}}, {}, "`@smithy/x`"),
        ({"dependencies": dict.fromkeys("qrstuv", "1")}, {}, "`q`, `r`, `s`, `t`, `u` and 1 more"),
        ({"dependencies": ["b"]}, {}, None),
        ({"optionalDependencies": {"b": "1"}}, {}, None),
        ({"peerDependencies": {"b": "1"}}, {}, None),
    ],
)
def test_what_a_layer_lacks(
    fields: dict[str, object], more: dict[str, str], expected: str | None
) -> None:
    """A package of a layer finds what the layer has, and what the runtime or others bring."""
    files = {"nodejs/node_modules/a/package.json": manifest(**fields), **more}
    told = messages("layer-incomplete", files, kind="layer", handler=None, provided=("given",))

    assert ([] if expected is None else [expected]) == [
        one.partition("depends on ")[2].partition(", which")[0] for one in told
    ]
    assert [] == messages("layer-incomplete", {"index.js": H, **files})


def test_a_package_inside_another_lacks_something() -> None:
    """Each package of the layer is judged from where it lies."""
    inner = "nodejs/node_modules/a/node_modules/@s/b"
    files = {
        "nodejs/node_modules/a/package.json": "{}",
        f"{inner}/package.json": manifest(dependencies={"c": "1", "d": "1", "e": "1"}),
        f"{inner}/node_modules/c/index.js": "",
        "nodejs/node_modules/a/node_modules/d/index.js": "",
        "nodejs/node_modules/x/node_modules/e/index.js": "",
    }
    (told,) = messages("layer-incomplete", files, kind="layer", handler=None)

    assert told.startswith(f"`{inner}` depends on `e`, which the layer has not")


ARNS = ("arn:aws:lambda:eu-central-1:1:layer:a:1", "arn:aws:lambda:eu-central-1:1:layer:b:2")


@pytest.mark.parametrize(
    ("code", "severity", "hint"),
    [
        ("require('gone')", "warning", '`provided = ["gone"]`'),
        ("require('@s/gone/x')", "warning", '`provided = ["@s/gone"]`'),
        ("() => require('gone')", "warning", '`provided = ["gone"]`'),
        ("require('./gone')", "error", "pack `gone`"),
        ("require('/opt/gone')", "error", "pack `/opt/gone`"),
    ],
)
def test_what_a_layer_of_unknown_content_may_bring(code: str, severity: str, hint: str) -> None:
    """A package, and no file of the function's own."""
    files = {"index.js": f"{code};\n{H}"}
    report = check_files(files, unknown_layers=ARNS)
    (found,) = [f for f in report.findings if f.code == "module-missing"]

    assert severity == found.severity
    assert hint in found.hint
    assert (severity == "warning") == (f"if `{ARNS[0]}` or `{ARNS[1]}` does not" in found.message)


def test_layers_that_are_known_by_name_alone() -> None:
    """Each is named once, and nothing where there is none."""
    (told,) = messages("layer-unknown", {"index.js": H}, unknown_layers=ARNS)

    assert told.endswith(f"`{ARNS[0]}`, `{ARNS[1]}`")
    assert [] == messages("layer-unknown", {"index.js": H})
