"""What a build says of the zip that it has just written."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.node import write_zip
from tests.support.notes import list_notes, rewrite_note
from tests.support.registry_server import RegistryServer
from tests.support.scene import Scene
from zipper.pipeline.building import build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from zipper.package import Package

Row = tuple[str, str, str]
MISSING = 'require("absent"); exports.handler = async () => 1;\n'


@pytest.fixture
def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """A project whose handler asks for a module that is not there."""
    with RegistryServer() as registry:
        made = Scene(tmp_path / "scene", registry)
        for name in list(os.environ):
            if name.lower().startswith(("npm_config_", "zipper_")):
                monkeypatch.delenv(name)
        monkeypatch.setenv("HOME", str(made.home))
        made.write({"index.js": MISSING})
        yield made


def run(scene: Scene, **options: object) -> Package:
    return build(scene.project, cache_dir=scene.cache, output=scene.output, **options)


def codes(package: Package) -> list[str]:
    return [finding.code for finding in package.findings if finding.severity == "error"]


def note_of(scene: Scene) -> Path:
    """Return the file that holds the one verdict which the store remembers."""
    (note,) = list_notes(scene.cache, "verdict")
    return note


def test_a_missing_module_is_an_error_of_the_build(scene: Scene) -> None:
    """A build is not green where the function would not load; the zip is not written then."""
    package = run(scene)

    assert codes(package) == ["module-missing"]
    assert package.closure is not None
    assert (False, False) == (package.written, scene.output.exists())
    assert run(scene, keep_failed=True).written
    assert scene.output.exists()


def test_modules_that_resolve_are_proven(scene: Scene) -> None:
    """The package counts the files that were reached from the handler."""
    scene.write({"index.js": 'require("./a"); exports.handler = async () => 1;', "a.js": "1"})
    package = run(scene)

    assert codes(package) == []
    assert package.closure is not None
    assert package.closure.proven == 2


def test_the_modules_are_left_alone_where_nobody_wants_them_followed(scene: Scene) -> None:
    """Without the check only the listing is judged, and nothing is claimed about modules."""
    package = run(scene, check=False)

    assert (codes(package), package.closure) == ([], None)


def test_a_zip_that_lambda_would_refuse_is_read_no_further(scene: Scene) -> None:
    """The handler's file is missing: that has to be mended before modules can be followed."""
    package = run(scene, handler="other.handler")

    assert (codes(package), package.closure) == (["handler-missing"], None)


def test_the_same_bytes_are_judged_once(scene: Scene) -> None:
    """The second build says what the note of the first one says."""
    first = run(scene)
    rewrite_note(note_of(scene), "module-missing", "remembered")

    assert codes(run(scene)) == ["remembered"]
    assert run(scene).closure == first.closure


@pytest.mark.parametrize(
    "text", ["", "[]", "1", '{"findings": 3, "closure": null}', '{"findings": [{}]}']
)
def test_a_damaged_note_is_made_anew(scene: Scene, text: str) -> None:
    """Whatever stands in the file, the findings are those of the zip."""
    run(scene)
    note = note_of(scene)
    note.write_text(text)

    assert codes(run(scene)) == ["module-missing"]
    assert "module-missing" in note.read_text()


def test_another_layer_is_another_verdict(scene: Scene, tmp_path: Path) -> None:
    """The module is there once a layer brings it, though the zip's own bytes are the same."""
    layer = tmp_path / "layer.zip"
    write_zip(layer, {"nodejs/x.txt": b""})
    bare = run(scene, layers=[layer])
    write_zip(layer, {"nodejs/node_modules/absent/index.js": b"1"})
    full = run(scene, layers=[layer])

    assert (codes(bare), codes(full)) == (["module-missing"], [])
    assert bare.code_sha256 == full.code_sha256


def test_ignored_codes_are_left_out_of_a_remembered_verdict(scene: Scene) -> None:
    """What one build ignores, the next one, which does not, tells."""
    scene.write({"index.js": "exports.handler = async (e) => require(e.name);"})
    quiet = run(scene, ignore=["module-dynamic"])
    loud = run(scene)

    told = [finding.code for finding in loud.findings]
    assert "module-dynamic" in told
    assert "module-dynamic" not in [finding.code for finding in quiet.findings]
    assert json.loads(note_of(scene).read_bytes().splitlines()[-1])["closure"]["unknown"]


ARN = "arn:aws:lambda:eu-west-1:123456789012:layer:deps:1"
ABSENT = ("module-missing", "error", "index.js")
LISTED: list[tuple[dict[str, Any], Row | None, Row | None]] = [
    ({"handler": "index.other"}, ("handler-export", "error", "index.js"), None),
    ({"handler": "other.handler"}, ("handler-missing", "error", ""), ABSENT),
    ({"runtime": "nodejs18.x"}, ("runtime-deprecated", "warning", ""), None),
    ({"max_size_bytes": 1}, ("size-budget", "error", ""), ABSENT),
    ({"max_unzipped_size_bytes": 1}, ("size-budget", "error", ""), ABSENT),
    ({"max_size_bytes": 1, "downgrade": ["size-budget"]}, ("size-budget", "warning", ""), None),
    ({"layers": [ARN]}, ("layer-unknown", "info", ""), ABSENT),
    ({"provided": ["absent"]}, ("module-sdk", "info", ""), ABSENT),
    ({"downgrade": ["module-missing"]}, ("module-missing", "warning", "index.js"), ABSENT),
    ({"timeout_seconds": 901}, ("timeout-long", "warning", ""), None),
    ({"node_options": "--require ./gone.js"}, ("module-missing", "error", ""), None),
    ({"env": ["NODE_OPTIONS=--require ./gone.js"]}, ("module-missing", "error", ""), None),
    ({"check": False}, None, ABSENT),
    ({"kind": "web", "entry": "main.js"}, ("entry-silent", "warning", "main.js"), ABSENT),
]
"""Options, a finding that they bring, and one that they take away."""


@pytest.mark.parametrize(("options", "more", "less"), LISTED)
def test_each_option_of_a_build_reaches_its_check(
    scene: Scene, options: dict[str, Any], more: Row | None, less: Row | None
) -> None:
    """A finding comes, or goes; the second build says the same from memory."""
    scene.write({"main.js": "1"})

    def rows(**given: Any) -> set[Row]:
        return {(one.code, one.severity, one.path) for one in run(scene, **given).findings}

    before, after = rows(), rows(**options)

    if more is not None:
        assert more in after - before
    if less is not None:
        assert less in before - after
    assert after == rows(**options)
    assert before == rows()


def test_strictness_is_of_the_package_and_not_of_what_is_noted(scene: Scene) -> None:
    """A warning fails a strict build, and is a warning of the next one."""
    scene.write({"index.js": "exports.handler = async () => 1;"})
    options: dict[str, Any] = {"timeout_seconds": 901}

    assert (True, False, True) == (
        run(scene, **options).ok,
        run(scene, strict=True, **options).ok,
        run(scene, **options).ok,
    )


def test_findings_of_the_plan_can_be_ignored_too(scene: Scene) -> None:
    """What is left out of a package is told beside what is wrong with it."""
    scene.write({".env": "A=1", "index.js": "exports.handler = async () => 1;"})

    told = {finding.code for finding in run(scene).findings}
    quiet = {finding.code for finding in run(scene, ignore=["left-out"]).findings}

    assert {"left-out"} == told - quiet
    assert "check" in run(scene).timings_seconds


def test_what_a_member_lacks_depends_on_its_workspace(scene: Scene) -> None:
    """The same bytes are judged again: the root may have the package by now, or no more."""
    scene.publish("absent", files={"index.js": b"1"})
    scene.depend("absent")
    lock = json.loads((scene.project / "package-lock.json").read_text())
    entry = lock["packages"]["node_modules/absent"]
    told = []
    for has in (True, False, True):
        root: dict[str, Any] = {"name": "root", "workspaces": ["fn"]}
        root |= {"dependencies": {"absent": "1.0.0"}} if has else {}
        packages = {"": root, "fn": {"name": "member"}}
        packages["node_modules/member"] = {"resolved": "fn", "link": True}
        packages |= {"node_modules/absent": entry} if has else {}
        files: dict[str, Any] = {"package.json": root, "fn/package.json": {"name": "member"}}
        files["package-lock.json"] = {"lockfileVersion": 3, "packages": packages}
        scene.write({**files, "fn/index.js": MISSING})
        package = build(scene.project / "fn", cache_dir=scene.cache, output=scene.output)
        told.append((package.code_sha256, codes(package)))

    (first, second, third) = told
    assert first == third
    assert (first[0], ["undeclared-dependency"], ["module-missing"]) == (
        second[0], first[1], second[1],
    )  # fmt: skip


def test_what_a_sibling_lacks_depends_on_its_folder(scene: Scene) -> None:
    """A file that is made and not packed leaves the zip as it was, and not its verdict."""
    sibling = {"name": "s", "version": "1.0.0", "files": ["index.js"]}
    own = {"name": "member", "dependencies": {"s": "*"}}
    root = {"name": "root", "workspaces": ["fn", "s"]}
    links = {f"node_modules/{name}": {"resolved": at, "link": True} for name, at in (
        ("member", "fn"), ("s", "s"),
    )}  # fmt: skip
    packages: dict[str, Any] = {"": root, "fn": own, "s": sibling, **links}
    scene.write({"package.json": root, "fn/package.json": own, "s/package.json": sibling})
    text = 'require("s/extra"); exports.handler = async () => 1;\n'
    lock: dict[str, Any] = {"lockfileVersion": 3, "packages": packages}
    scene.write({"package-lock.json": lock, "fn/index.js": text, "s/index.js": "1"})

    told = []
    for _ in range(2):
        package = build(scene.project / "fn", cache_dir=scene.cache, output=scene.output)
        told.append((package.code_sha256, codes(package)))
        scene.write({"s/extra.js": "1"})

    assert told[0][0] == told[1][0]
    assert [["sibling-unbuilt"], ["module-missing"]] == [found for _, found in told]
