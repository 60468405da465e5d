"""Layers: what is in one, what a function leaves to it, and that what is left still loads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile, ZipInfo

import pytest

import zipper
from tests.support.command import CommandResult, run_zipper
from tests.support.node import node_of
from tests.support.scene import Scene, listing

if TYPE_CHECKING:
    from pathlib import Path

USES = "const a = require('a'); exports.handler = async () => [a, require.resolve('a')];\n"
TABLES = """
[tool.zipper]
output = "dist/"
[tool.zipper.layers.deps]
packages = ["a", "c*"]
[[tool.zipper.functions]]
name = "with"
layers = ["deps"]
[[tool.zipper.functions]]
name = "without"
"""
ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:agent:3"


@pytest.fixture
def project(scene: Scene) -> Scene:
    """A function that uses `a`, which needs `b`; and has `c` and `d`, too."""
    scene.publish("b", "1.0.0", files={"index.js": b"module.exports = 'b';"})
    text = b"module.exports = 'a' + require('b');"
    scene.publish("a", "1.0.0", files={"index.js": text}, dependencies={"b": "1.0.0"})
    scene.publish("c", "1.0.0", files={"index.js": b"module.exports = 'c';"})
    scene.publish("d", "1.0.0", files={"index.js": b"module.exports = 'd';"})
    scene.write({"index.js": USES, "pyproject.toml": TABLES})
    scene.depend("a", "c", "d")
    return scene


def run(scene: Scene, *words: str | Path, status: int = 0) -> CommandResult:
    """Run a command in the project, and look at its status."""
    extra = ("--cache-dir", str(scene.cache))
    done = run_zipper(*map(str, words), *extra, cwd=scene.project, env=scene.environment)
    assert status == done.status, done.stderr
    return done


def document_of(done: CommandResult) -> dict[str, Any]:
    assert done.document is not None
    return done.document


def packages_in(path: Path) -> set[str]:
    """Return the folders of packages in a zip."""
    return {name.rpartition("/")[0] for name in listing(path) if name.endswith("/package.json")}


def codes_of(document: dict[str, Any]) -> dict[str, str]:
    return {finding["code"]: finding["severity"] for finding in document["findings"]}


def test_a_function_leaves_to_its_layer_what_is_the_same(project: Scene) -> None:
    """The layer has each package's closure; the function has the rest, and says what it left."""
    rows = {row["name"]: row for row in document_of(run(project, "build", "--json"))["functions"]}
    dist = project.project / "dist"

    assert {f"nodejs/node_modules/{name}" for name in "abc"} == packages_in(dist / "deps.zip")
    assert {"node_modules/d"} == packages_in(dist / "with.zip")
    assert {f"node_modules/{name}" for name in "abcd"} == packages_in(dist / "without.zip")
    used = {"name": "deps", "path": str(dist / "deps.zip"), "arn": None, "packages": 3}
    assert [used] == rows["with"]["layers"]
    assert [] == rows["without"]["layers"]
    assert "info" == codes_of(rows["with"])["layer-left-out"]
    assert ("pass", 1) == (rows["with"]["verdict"], rows["with"]["packages"])


def test_a_change_of_code_leaves_the_layer_as_it_was(project: Scene) -> None:
    """The layer's bytes are those of its content alone: not the project's version, nor its code."""
    layer = project.project / "dist" / "deps.zip"
    run(project, "build")
    before, stamp = layer.read_bytes(), layer.stat().st_mtime_ns
    manifest = json.loads((project.project / "package.json").read_text())
    project.write({"index.js": f"// new\n{USES}", "package.json": {**manifest, "version": "2.0.0"}})

    run(project, "build")
    elsewhere = document_of(run(project, "layer", "deps", "-o", "other.zip", "--json"))

    assert stamp == layer.stat().st_mtime_ns
    assert before == layer.read_bytes() == (project.project / "other.zip").read_bytes()
    assert ("layer", "", "pass") == tuple(elsewhere[key] for key in ("kind", "handler", "verdict"))


def test_another_version_in_the_layer_is_a_warning(project: Scene) -> None:
    """The function keeps its own copy, and what needs it; the warning names both versions."""
    run(project, "layer", "deps")
    project.publish("b", "1.1.0", files={"index.js": b"module.exports = 'B';"})
    project.publish("a", "1.0.1", files={"index.js": b"1"}, dependencies={"b": "1.1.0"})
    project.depend("a", "c", "d")
    project.write({"pyproject.toml": TABLES.replace('["deps"]', '["dist/deps.zip"]')})

    built = document_of(run(project, "build", "with", "--json"))

    assert {f"node_modules/{name}" for name in "abd"} == packages_in(
        project.project / "dist/with.zip"
    )
    found = {f["code"]: f for f in built["findings"]}
    assert "warning" == found["layer-version"]["severity"]
    assert "`a` 1.0.0 (the function has 1.0.1)" in found["layer-version"]["message"]
    assert "info" == found["layer-kept"]["severity"]


def test_the_closure_is_verified_over_function_and_layers(project: Scene) -> None:
    """A module that neither has is an error; one that only the layer has is none."""
    shared = "exports.handler = async () => 1; require('c');"
    project.write({"index.js": shared, "pyproject.toml": "[tool.zipper]\n"})
    run(project, "layer", "--package", "c", "-o", "c.zip")
    project.depend("a")

    missing = document_of(run(project, "build", "--json", status=1))
    found = document_of(run(project, "build", "--layer", "c.zip", "--json"))

    assert "error" == codes_of(missing)["module-missing"]
    assert "module-missing" not in codes_of(found)


def test_an_arn_is_a_layer_of_unknown_content(project: Scene) -> None:
    """What is missing may be in it: a warning, and nothing where `provided` names it."""
    project.write({"pyproject.toml": "[tool.zipper]\n", "index.js": f"require('agent');{USES}"})

    plain = document_of(run(project, "build", "--json", status=1))
    unknown = document_of(run(project, "build", "--layer", ARN, "--json"))
    said = document_of(run(project, "build", "--layer", ARN, "--provided", "agent", "--json"))

    assert "error" == codes_of(plain)["module-missing"]
    assert "warning" == codes_of(unknown)["module-missing"]
    assert "info" == codes_of(unknown)["layer-unknown"]
    assert "module-missing" not in codes_of(said)
    assert [{"name": None, "path": None, "arn": ARN, "packages": 0}] == unknown["layers"]


def test_files_lie_beside_the_packages(project: Scene) -> None:
    """`bin/` comes from a folder, programs stay programs, and packages may be versioned."""
    tool = project.project / "extra" / "bin" / "tool"
    tool.parent.mkdir(parents=True)
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    words = ("--files", "extra", "--package", "c", "--versioned", "-o", "l.zip")

    project.write({"pyproject.toml": "[tool.zipper]\n"})
    done = document_of(run(project, "layer", "--runtime", "nodejs22.x", *words, "--json"))

    assert ["bin/tool", "nodejs/node22/node_modules/c/index.js"] == [
        name for name in listing(project.project / "l.zip") if not name.endswith("package.json")
    ]
    assert "pass" == done["verdict"]
    assert (
        document_of(
            run(project, "check", "l.zip", "--kind", "layer", "--runtime", "nodejs22.x", "--json")
        )["verdict"]
        == "pass"
    )


@pytest.mark.parametrize(
    ("words", "code", "text"),
    [
        (("layer", "dep"), "EUSAGE", "there is no layer `dep`"),
        (("layer", "deps", "--package", "lodash"), "ELAYER", "no package `lodash`"),
        (("build", "with", "--layer", "dep"), "EUSAGE", "did you mean `deps`"),
        (("build", "with", "--layer", "arn:aws:lambda:x"), "EUSAGE", "ARN of a layer's version"),
        (("build", "with", "--layer", "./gone.zip"), "EREAD", "gone.zip"),
        (("layer", "-o", "one.zip"), "ELAYER", "no package `c*`"),
    ],
)
def test_what_cannot_be_a_layer_is_refused(
    project: Scene, words: tuple[str, ...], code: str, text: str
) -> None:
    """Unknown names, packages, paths and ARNs are errors that name what is there."""
    if words[0] == "layer" and "-o" in words:
        project.depend("a")
    result = run(project, *words, status=2 if code == "EUSAGE" else 1)

    assert code == result.code
    assert text in result.stderr


def test_a_dry_run_writes_neither_zip_nor_layer(project: Scene) -> None:
    """It judges both, and names the places where they would be."""
    planned = document_of(run(project, "build", "with", "--dry-run", "--json"))

    assert not (project.project / "dist").exists()
    assert str(project.project / "dist" / "deps.zip") == planned["layers"][0]["path"]
    assert ("pass", 1) == (planned["verdict"], planned["packages"])


def test_check_and_run_know_the_layers_of_the_settings(project: Scene) -> None:
    """A function's zip is checked with the zips that its names mean; a layer's zip is a layer."""
    run(project, "build")

    function = document_of(run(project, "check", "with", "--json"))
    layer = document_of(run(project, "check", "dist/deps.zip", "--json"))

    assert ("pass", "pass") == (function["verdict"], layer["verdict"])
    assert "a (layer)" in function["closure"]["assumed"]
    assert layer["closure"] is None


def test_the_library_builds_a_layer(project: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """`zipper.layer` takes the options of the command, and a name."""
    for name, value in project.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(project.project)
    package = zipper.layer(name="deps", cache_dir=project.cache)

    assert ("layer", 3, True) == (package.kind, package.packages, package.ok)
    assert {f"nodejs/node_modules/{name}" for name in "abc"} == packages_in(
        project.project / "dist" / "deps.zip"
    )


def test_a_layer_that_lacks_what_it_needs_is_a_warning(project: Scene) -> None:
    """A layer made by another tool is judged by the packages that are in it."""
    run(project, "layer", "deps")
    package = zipper.check(
        project.project / "dist" / "deps.zip", kind="layer", cache_dir=project.cache
    )
    assert "layer-incomplete" not in {finding.code for finding in package.findings}

    run(project, "layer", "deps", "-o", "part.zip", "--exclude", "node_modules/b/")
    part = document_of(run(project, "check", "part.zip", "--kind", "layer", "--json"))

    assert "warning" == codes_of(part)["layer-incomplete"]


def test_where_import_finds_no_layer_nothing_is_left_to_it(project: Scene) -> None:
    """On nodejs16.x the function keeps every package, and an info says why."""
    built = document_of(run(project, "build", "with", "--runtime", "nodejs16.x", "--json"))

    everything = {f"node_modules/{name}" for name in "abcd"}
    assert everything == packages_in(project.project / "dist" / "with.zip")
    messages = [one["message"] for one in built["findings"] if one["code"] == "layer-kept"]
    assert "`import` finds no package of a layer" in messages[0]


def test_a_layer_of_another_tool_is_compared_by_its_files(project: Scene) -> None:
    """What `npm install` and `zip` made is left out as well, where the files are the same."""
    run(project, "layer", "deps")
    made = project.project / "dist" / "deps.zip"
    other = project.project / "other.zip"
    with ZipFile(made) as ours, ZipFile(other, "w") as theirs:
        for name in reversed(ours.namelist()):
            changed = b"changed" if name.endswith("/c/index.js") else ours.read(name)
            member = ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            member.external_attr = 0o100644 << 16
            theirs.writestr(member, changed)
    project.write({"pyproject.toml": "[tool.zipper]\n"})

    document_of(run(project, "build", "--layer", "other.zip", "-o", "fn.zip", "--json"))

    assert {"node_modules/c", "node_modules/d"} == packages_in(project.project / "fn.zip")


@pytest.mark.node
@pytest.mark.parametrize("runtime", ["nodejs20.x", "nodejs22.x", "nodejs24.x"])
@pytest.mark.parametrize("form", ["cjs", "esm"])
def test_a_split_function_loads_as_on_lambda(project: Scene, form: str, runtime: str) -> None:
    """`require` and `import` find what was left to the layer, mounted at /opt."""
    if form == "esm":
        (project.project / "index.js").unlink()
        project.write({"index.mjs": "import a from 'a'; export const handler = async () => a;\n"})
    run(project, "build", "with", "--runtime", runtime)
    node = node_of(int(runtime[6:8])).executable

    done = run(project, "run", "with", "--runtime", runtime, "--node", node, "--json")

    response = document_of(done)["environments"][0]["invocations"][0]["response"]
    assert "ab" == (response if form == "esm" else response[0])
    assert form == "esm" or response[1].endswith("/nodejs/node_modules/a/index.js")
