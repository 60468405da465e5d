"""What a package has beside a bundle, and what lies beside its zip: by the real esbuild."""

from __future__ import annotations

import json
from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest

import zipper
from tests.support.bundling_project import BundlingProject, bundle_of, metafile_of, texts_of
from tests.support.scene import listing
from zipper.errors import OutputError
from zipper.package import BundleUse, OutsidePackage
from zipper.pipeline.bundle_files import make_metafile, write_bundle_files
from zipper.pipeline.judged_package import package_of

pytestmark = [pytest.mark.network, pytest.mark.ci]

HANDLER = "export const handler = async (): Promise<unknown> => "
ROOT = {"name": "root", "private": True, "workspaces": ["packages/*"]}


def write_member(project: BundlingProject) -> None:
    """Write a workspace: a member with a package that stays, and a sibling."""
    specs = project.write_packages(
        here={"index.js": "exports.h = require('fs').readFileSync(__dirname + '/x.txt');\n"},
        inside={"index.js": "exports.i = 1;\n"},
    )
    fn = {
        "name": "fn",
        "dependencies": {name: f"file:../../{name}.tgz" for name in specs} | {"lib": "*"},
    }
    lib = {"name": "lib", "version": "1.0.0", "main": "./lib.ts"}
    locked = {
        f"node_modules/{name}": {"version": "1.0.0", "resolved": spec}
        for name, spec in specs.items()
    }
    packages = {
        "": ROOT,
        "packages/fn": fn,
        "packages/lib": lib,
        "node_modules/fn": {"resolved": "packages/fn", "link": True},
        "node_modules/lib": {"resolved": "packages/lib", "link": True},
        **locked,
    }
    code = "import h from 'here';\nimport i from 'inside';\nimport { lib } from 'lib';\n"
    project.write(
        {
            "package.json": ROOT,
            "package-lock.json": {"lockfileVersion": 3, "packages": packages},
            "shared.txt": "shared",
            "packages/fn/package.json": fn,
            "packages/fn/src/index.ts": f"{code}{HANDLER}[h, i, lib];\n",
            "packages/fn/src/data.txt": "data",
            "packages/fn/src/more.js": "console.log(1);\n",
            "packages/lib/package.json": lib,
            "packages/lib/lib.ts": "export const lib: string = 'lib';\n",
        }
    )


@pytest.mark.parametrize(
    ("include", "place", "names"),
    [
        ((), "", {"src/index.js"}),
        (("src",), "", {"package.json", "src/index.js", "src/data.txt", "src/more.js"}),
        (
            ("src/*.txt", "../../shared.txt"), "packages/fn/",
            {"shared.txt", "package.json", "packages/fn/package.json", "packages/fn/src/index.js",
             "packages/fn/src/data.txt"},
        ),
    ],
)  # fmt: skip
def test_a_member_as_a_bundle(
    project: BundlingProject, include: tuple[str, ...], place: str, names: set[str]
) -> None:
    """Included files lie beside it, sources apart; what stays, and the whole bundle, is told."""
    write_member(project)

    planned = project.bundle(fn="packages/fn", handler="src/index.handler", include=include)

    kept = {f"node_modules/here/{name}" for name in ("index.js", "package.json")}
    assert names | kept == {one.path for one in planned.files}
    assert f"{place}src/index.handler" == planned.handler
    assert bool(place) == planned.keeps_folders
    assert {"", "node_modules/here"} == set(planned.tree.nodes)
    assert {"node_modules/here"} == set(planned.zips)
    bundle = bundle_of(planned)
    (code,) = texts_of(bundle.entries).values()
    reason = "uses its own place on the disk: `__dirname + '/x.txt'`"
    path = "node_modules/here/index.js"
    outside = OutsidePackage("node_modules/here", "1.0.0", "place", reason, path, 1)
    assert package_of(planned).bundle == BundleUse(
        path=f"{place}src/index.js",
        size_bytes=len(code.encode()),
        inputs=3,
        packages=1,
        outside=(outside,),
        metafile="",
    )
    assert {"packages/fn/src/index.ts", "packages/lib/lib.ts"} < set(metafile_of(planned)["inputs"])
    own = metafile_of(planned)["packages"][""]
    assert "fn" == own["name"]


@pytest.mark.parametrize("is_bundled", [True, False])
def test_a_web_function_starts_what_its_source_becomes(
    project: BundlingProject, *, is_bundled: bool
) -> None:
    """The entry's name in the package, as a bundle or by itself."""
    code = "import http from 'node:http';\nhttp.createServer().listen(8080);\n"
    project.write({"package.json": {"name": "fn", "type": "module"}, "src/server.ts": code})

    planned = project.plan(kind="web", entry="src/server.js", bundle=is_bundled)

    name = "src/server.mjs" if is_bundled else "src/server.js"
    assert name == planned.handler
    assert name in {one.path for one in planned.files}


def write_function(project: BundlingProject) -> None:
    specs = project.write_packages(a={"index.js": "exports.a = 1;\n", "LICENSE": "The text é"})
    code = f"import {{ a }} from 'a';\n{HANDLER}a;\n"
    project.write({"package.json": {"name": "fn", "dependencies": specs}, "src/index.ts": code})


def build(project: BundlingProject, **options: Any) -> zipper.Package:
    return zipper.build(
        project.root,
        bundle=True,
        handler="src/index.handler",
        cache_dir=project.cache,
        output=project.root.parent / "out/fn.zip",
        offline=True,
        **options,
    )


def test_files_lie_beside_the_zip(project: BundlingProject) -> None:
    """The metafile says which zip it is about, maps lie in a folder of its hash; licences go."""
    write_function(project)

    package = build(project, sourcemap="external")

    top = project.root.parent / "out"
    digest = sha256((top / "fn.zip").read_bytes())
    meta = top / "fn.zip.meta.json"
    maps = top / "fn.zip.maps" / digest.hexdigest()
    planned = project.bundle(handler="src/index.handler", sourcemap="external")
    bundle = bundle_of(planned)
    assert package.bundle is not None
    assert str(meta) == package.bundle.metafile
    sha = b64encode(digest.digest()).decode()
    assert make_metafile(bundle, code_sha256=sha) == meta.read_bytes()
    document = json.loads(meta.read_bytes())
    assert {"code_sha256": sha, "bundle": "src/index.js"} == document.pop("zip")
    assert document == metafile_of(planned)
    assert meta.read_bytes().startswith(b'{\n  "zip": {"code_sha256": ')
    files = {path.relative_to(maps).as_posix(): path.read_text() for path in maps.rglob("*.map")}
    assert bundle.maps == files
    assert bundle.notice == (top / "fn.zip.NOTICE").read_text("utf-8")
    assert {"src/index.js"} == set(listing(top / "fn.zip"))

    project.write({"src/index.ts": f"{HANDLER}1;\n"})
    again = build(project)
    assert {"fn.zip", "fn.zip.meta.json", "fn.zip.maps"} == {path.name for path in top.iterdir()}
    assert [maps] == list((top / "fn.zip.maps").iterdir())
    assert again.bundle is not None
    assert 0 == again.bundle.packages


def test_what_cannot_lie_beside_the_zip_is_an_error(project: BundlingProject) -> None:
    """A folder where a file goes, and a file where a folder does."""
    write_function(project)
    planned = project.bundle(handler="src/index.handler", sourcemap="external")
    package = build(project, sourcemap="external")
    top = project.root.parent / "out"
    for name in ("fn.zip.NOTICE", "fn.zip.meta.json"):
        (top / name).unlink()
        (top / name / "x").mkdir(parents=True)
        with pytest.raises(OutputError) as raised:
            write_bundle_files(bundle_of(planned), package)
        assert "EOUTPUT" == raised.value.code
        (top / name / "x").rmdir()
        (top / name).rmdir()
    write_bundle_files(bundle_of(planned), package)
    other = package._replace(code_sha256=b64encode(b"x" * 32).decode())
    (top / "fn.zip.maps" / (b"x" * 32).hex()).write_bytes(b"")
    with pytest.raises(OutputError) as raised:
        write_bundle_files(bundle_of(planned), other)
    assert "EOUTPUT" == raised.value.code
