"""A plan, and what is found in its zip, as a package: each field of it."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Any

import zipper
from tests.support.scene import HANDLER, write_files
from zipper.bundling.output_places import SourceLines
from zipper.findings import Closure, Finding, Unknown
from zipper.package import LockfileUse, Package, UsedLayer, Workspace
from zipper.pipeline.judged_package import _name_sources, _name_unknown, package_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.scene import Scene


WARNING = Finding("odd", "warning", "a.js", "`a.js` line 3 is odd", "")


def test_a_plan_as_a_package(called_scene: Scene) -> None:
    """It has no zip yet; all else is told."""
    called_scene.publish("a", files={"index.js": b"exports.a = 1;\n"})
    called_scene.depend("a")
    planned = zipper.plan(called_scene.project, runtime="nodejs22.x", architecture="arm64")
    size = sum(one.size_bytes for one in planned.files)

    assert package_of(planned) == Package(
        path=str(planned.output),
        size_bytes=0,
        unzipped_size_bytes=size,
        code_sha256="",
        files=5,
        packages=1,
        runtime="nodejs22.x",
        architecture="arm64",
        handler="index.handler",
        timings_seconds=planned.timings_seconds,
        findings=(),
        verdict="pass",
        lockfile=LockfileUse(
            str(called_scene.project / "package-lock.json"), "npm", None, "3", None
        ),
        workspace=None,
        pruning=None,
        bundle=None,
        kind="function",
        entry="",
        layers=(),
    )
    assert package_of(planned._replace(findings=(WARNING,))).ok
    strict = planned.request._replace(strict=True)
    assert not package_of(planned._replace(findings=(WARNING,), request=strict)).ok
    used = (UsedLayer(name="x", path="x.zip", packages=1),)
    assert (0, used) == package_of(planned._replace(layers=used))[5:21:15]


def test_a_web_function_has_an_entry_and_no_handler(called_scene: Scene) -> None:
    """What Lambda starts is a program."""
    called_scene.write({"index.js": "require('http').createServer().listen(8080);\n"})

    planned = zipper.plan(called_scene.project, kind="web")
    package = zipper.build(called_scene.project, kind="web")

    for one in (package_of(planned), package):
        assert ("", "index.js", "web") == (one.handler, one.entry, one.kind)


def test_what_is_found_in_a_zip_is_added(called_scene: Scene) -> None:
    """To what the plan says, without what is ignored; stages, proof and verdict are the zip's."""
    files: dict[str, Any] = {".env": "KEY=1", "other.js": "require('absent');\n"}
    called_scene.write({**files, "index.js": f"require('./other');\n{HANDLER}"})

    def build(**options: Any) -> Package:
        return zipper.build(
            called_scene.project, output=called_scene.output, keep_failed=True, **options
        )

    package, ignored = build(), build(ignore=["left-out"], no_recall=True)
    data = called_scene.output.read_bytes()

    assert ["module-missing", "left-out"] == [one.code for one in package.findings]
    assert ["module-missing"] == [one.code for one in ignored.findings]
    assert ("fail", "fail") == (package.verdict, ignored.verdict)
    assert "fail" == zipper.check(called_scene.output).verdict
    assert b64encode(sha256(data).digest()).decode() == package.code_sha256
    assert len(data) == package.size_bytes
    stages = {"read", "resolve", "fetch", "plan", "write", "check", "total"}
    assert {"check", "total"} <= set(package.timings_seconds) <= stages
    assert package.closure is not None
    assert package.closure == ignored.closure


def test_a_lockfile_of_weak_hashes_is_told_once(called_scene: Scene) -> None:
    """Where it was read, and not again where it lies in the zip."""
    address = called_scene.publish("a")["dist"]["tarball"]
    data = called_scene.registry.tarballs[address.removeprefix(called_scene.registry.origin)]
    digest = b64encode(sha1(data).digest()).decode()
    called_scene.depend("a", lock={"node_modules/a": {"integrity": f"sha1-{digest}"}})

    package = zipper.build(called_scene.project, output=called_scene.output)

    assert 1 == [one.code for one in package.findings].count("integrity-weak")


def test_lines_of_sources_stand_for_lines_of_outputs(called_scene: Scene) -> None:
    """In messages that name a line, and where nothing could be followed."""
    planned = zipper.plan(called_scene.project)
    told = planned._replace(source_lines={"a.js": SourceLines("a.ts", ((1, 5),))})
    closure = Closure(3, (), (Unknown("a.js", 2, "require(x)"),))
    plain = WARNING._replace(message="odd")

    assert (WARNING,) == tuple(_name_sources(planned, (WARNING,)))
    assert (plain,) == tuple(_name_sources(told, (plain,)))
    named = WARNING._replace(message="`a.ts` line 7 is odd", source="a.ts:7")
    assert [named, plain] == list(_name_sources(told, (WARNING, plain)))
    assert [named] == list(_name_sources(told, (WARNING,)))
    assert None is _name_unknown(told, None)
    assert closure == _name_unknown(planned, closure)
    assert Closure(3, (), ()) == _name_unknown(told, Closure(3, (), ()))
    (unknown,) = closure.unknown
    assert closure._replace(unknown=(unknown._replace(source="a.ts:6"),)) == _name_unknown(
        told, closure
    )


def test_a_member_is_told_with_its_workspace(tmp_path: Path) -> None:
    """And how many others of it are packed."""
    root = {"name": "root", "workspaces": ["packages/*"]}
    members = {
        "fn": {"name": "fn", "dependencies": {"lib": "*"}},
        "lib": {"name": "lib", "version": "1.0.0"},
        "other": {"name": "other", "version": "1.0.0"},
    }
    links = {
        f"node_modules/{name}": {"resolved": f"packages/{name}", "link": True} for name in members
    }
    folders = {f"packages/{name}": manifest for name, manifest in members.items()}
    lock = {"lockfileVersion": 3, "packages": {"": root, **folders, **links}}
    manifests: dict[str, Any] = {
        f"packages/{name}/package.json": manifest for name, manifest in members.items()
    }
    index = {"packages/fn/index.js": f"require('lib');\n{HANDLER}"}
    write_files(
        tmp_path,
        {"package.json": root, "package-lock.json": lock, **manifests, **index,
         "packages/lib/index.js": ""},
    )  # fmt: skip

    package = zipper.build(
        tmp_path / "packages/fn",
        cache_dir=tmp_path / "cache",
        output=tmp_path / "fn.zip",
        offline=True,
    )

    assert Workspace(str(tmp_path), str(tmp_path / "package-lock.json"), "packages/fn", 1) == (
        package.workspace
    )
    assert 1 == package.packages
    write_files(tmp_path, {"packages/lib/package.json": {**members["lib"], "main": "dist/x.js",
                                                         "scripts": {"build": "tsc"}}})  # fmt: skip
    (tmp_path / "packages/lib/index.js").unlink()
    failed = zipper.build(
        tmp_path / "packages/fn",
        cache_dir=tmp_path / "cache",
        output=tmp_path / "fn.zip",
        offline=True,
    )
    (error,) = (one for one in failed.findings if one.severity == "error")
    assert "npm run build" in (error.hint or "")
