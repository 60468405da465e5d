"""Packages that pnpm, bun and yarn patch: the zip has what the patch makes of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from zipfile import ZipFile

import pytest

from tests.support.command import CommandResult, run_zipper
from zipper.lockfile.pnpm_checksums import hash_text

if TYPE_CHECKING:
    from tests.support.scene import Scene

PATCH = """diff --git a/index.js b/index.js
--- a/index.js
+++ b/index.js
@@ -1,2 +1,2 @@
 first
-second
+patched
diff --git a/lib/run b/lib/run
new file mode 100755
--- /dev/null
+++ b/lib/run
@@ -0,0 +1 @@
+#!/bin/sh
"""


def lay_down(scene: Scene, tool: str, patch: str = PATCH) -> None:
    """Publish a package, and write a project that patches it."""
    published = {"index.js": b"first\nsecond\n"}
    integrity = scene.publish("a", "1.0.0", files=published)["dist"]["integrity"]
    manifest: dict[str, object] = {"name": "fn", "dependencies": {"a": "1.0.0"}}
    if tool == "pnpm":
        digest = hash_text(patch)[1]
        manifest["packageManager"] = "pnpm@11.0.0"
        lock = (
            "lockfileVersion: '9.0'\n"
            f"patchedDependencies:\n  a: {digest}\n"
            f"importers:\n  .:\n    dependencies:\n      a: {{specifier: 1.0.0, version: "
            f"1.0.0(patch_hash={digest})}}\n"
            f"packages:\n  a@1.0.0: {{resolution: {{integrity: {integrity}}}}}\n"
            f"snapshots:\n  a@1.0.0(patch_hash={digest}): {{}}\n"
        )
        files = {
            "pnpm-lock.yaml": lock,
            "pnpm-workspace.yaml": "patchedDependencies:\n  a: patches/a.patch\n",
        }
    elif tool == "bun":
        manifest["patchedDependencies"] = {"a@1.0.0": "patches/a.patch"}
        root = {"name": "fn", "dependencies": {"a": "1.0.0"}}
        lock = json.dumps(
            {
                "lockfileVersion": 1,
                "workspaces": {"": root},
                "packages": {"a": ["a@1.0.0", "", {}, integrity]},
            }
        )
        files = {"bun.lock": lock}
    else:
        spec = "patch:a@npm%3A1.0.0#~/patches/a.patch"
        manifest["dependencies"] = {"a": spec}
        lock = (
            "__metadata:\n  version: 8\n\n"
            '"a@npm:1.0.0":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n\n'
            f'"a@{spec}":\n  version: 1.0.0\n'
            f'  resolution: "a@{spec}::version=1.0.0&hash=000000"\n\n'
            '"fn@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "fn@workspace:."\n'
            f'  dependencies:\n    a: "{spec}"\n'
        )
        files = {"yarn.lock": lock}
    scene.write(
        {"package.json": manifest, "index.js": "", "patches/a.patch": patch, **files},
    )


def build(scene: Scene, *options: str) -> CommandResult:
    words = ("--cache-dir", str(scene.cache), "-o", str(scene.output), "--json", *options)
    project = str(scene.project)
    return run_zipper("build", project, *words, "--no-check", env=scene.environment)


@pytest.mark.parametrize("tool", ["pnpm", "bun", "yarn"])
def test_a_patch_is_applied_and_remembered(scene: Scene, tool: str) -> None:
    """Changed lines, new files and their modes; warm as cold, and anew for another patch."""
    lay_down(scene, tool)

    first = build(scene)
    warm = build(scene, "--offline")

    assert 0 == first.status, first.stderr
    assert first.document["code_sha256"] == warm.document["code_sha256"]
    with ZipFile(scene.output) as archive:
        assert b"first\npatched\n" == archive.read("node_modules/a/index.js")
        assert 0o755 == (archive.getinfo("node_modules/a/lib/run").external_attr >> 16) & 0o777
    lay_down(scene, tool, PATCH.replace("patched", "patched again"))
    assert 0 == build(scene, "--offline").status
    with ZipFile(scene.output) as archive:
        assert b"first\npatched again\n" == archive.read("node_modules/a/index.js")


@pytest.mark.parametrize(
    ("tool", "code"), [("pnpm", "ERR_PNPM_PATCH_FAILED"), ("bun", "EPATCH"), ("yarn", "YN0066")]
)
def test_a_patch_that_does_not_apply_is_an_error(scene: Scene, tool: str, code: str) -> None:
    """Under the tool's code, with patch, file and hunk."""
    lay_down(scene, tool, PATCH.replace("second", "other"))

    built = build(scene)

    assert (1, code) == (built.status, built.code)
    assert "hunk 1 of `index.js`" in built.stderr + built.stdout
    assert "patches/a.patch" in built.stderr + built.stdout


def test_a_patch_that_is_gone_is_an_error(scene: Scene) -> None:
    """Nothing is packed unpatched."""
    lay_down(scene, "bun")
    assert 0 == build(scene).status
    (scene.project / "patches" / "a.patch").unlink()

    assert "EPATCH" == build(scene).code
