"""A tarball that a spec names by its address, in every tool's lockfile: no disguise, and judged.

The name is the dependency's then, whatever the tarball's package is called.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.command import CommandResult, run_here
from tests.support.scene import HANDLER

if TYPE_CHECKING:
    from tests.support.scene import Scene

Deps = dict[str, str]


def write_yarn(root: Deps, deep: Deps, address: str, _integrity: str) -> str:
    """Return a lockfile of yarn 4."""
    asker = '"a@npm:1.0.0":\n  version: 1.0.0\n  resolution: "a@npm:1.0.0"\n'
    return (
        "__metadata:\n  version: 8\n  cacheKey: 10c0\n\n"
        + (f"{asker}{_list_lines(deep)}\n" if deep else "")
        + f'"odd@{address}":\n  version: 1.0.0\n  resolution: "odd@{address}"\n\n'
        + '"fn@workspace:.":\n  version: 0.0.0-use.local\n  resolution: "fn@workspace:."\n'
        + _list_lines({name: _protocol(spec) for name, spec in root.items()})
    )


def _protocol(spec: str) -> str:
    return spec if "://" in spec else f"npm:{spec}"


def _list_lines(deps: Deps) -> str:
    rows = "".join(f'    {name}: "{spec}"\n' for name, spec in deps.items())
    return f"  dependencies:\n{rows}" if rows else ""


def write_yarn1(_root: Deps, deep: Deps, address: str, integrity: str) -> str:
    """Return a lockfile of yarn 1."""
    rows = "".join(f'    {name} "{spec}"\n' for name, spec in deep.items())
    needs = f"  dependencies:\n{rows}" if rows else ""
    return (
        f'# yarn lockfile v1\n\n\na@1.0.0:\n  version "1.0.0"\n{needs}\n'
        f'"odd@{address}":\n  version "1.0.0"\n  resolved "{address}"\n  integrity {integrity}\n'
    )


def write_pnpm(root: Deps, deep: Deps, address: str, integrity: str) -> str:
    """Return a lockfile of pnpm 9."""
    versions = {"a": "1.0.0", "odd": f"other@{address}"}
    importer = {name: {"specifier": spec, "version": versions[name]} for name, spec in root.items()}
    odd = {"resolution": {"integrity": integrity, "tarball": address}, "version": "1.0.0"}
    document = {
        "lockfileVersion": "9.0",
        "importers": {".": {"dependencies": importer}},
        "packages": {"a@1.0.0": {"resolution": {"integrity": integrity}}, f"other@{address}": odd},
        "snapshots": {
            "a@1.0.0": {"dependencies": {name: versions[name] for name in deep}},
            f"other@{address}": {},
        },
    }
    return json.dumps(document)


def write_bun(root: Deps, deep: Deps, address: str, integrity: str) -> str:
    """Return a lockfile of bun."""
    packages = {
        "a": ["a@1.0.0", "", {"dependencies": deep}, integrity],
        "odd": [f"odd@{address}", {}, integrity],
    }
    workspaces = {"": {"name": "fn", "dependencies": root}}
    return json.dumps({"lockfileVersion": 1, "workspaces": workspaces, "packages": packages})


WRITERS = {
    "yarn": ("yarn.lock", write_yarn),
    "yarn1": ("yarn.lock", write_yarn1),
    "pnpm": ("pnpm-lock.yaml", write_pnpm),
    "bun": ("bun.lock", write_bun),
}


def lay_down(scene: Scene, tool: str, *, is_deep: bool) -> None:
    """Write a project, locked by a tool, in which something asks for `odd` by an address."""
    made = scene.publish("other", "1.0.0", files={"index.js": b"1\n"})["dist"]
    deep = {"odd": made["tarball"]} if is_deep else {}
    scene.publish("a", "1.0.0", dependencies=deep)
    root = {"a": "1.0.0"} if is_deep else {"odd": made["tarball"]}
    name, write = WRITERS[tool]
    lock = write(root, deep, made["tarball"], made["integrity"])
    if is_deep:
        own = scene.registry.packuments["a"]["versions"]["1.0.0"]["dist"]["integrity"]
        lock = lock.replace(made["integrity"], own, 1) if tool in ("pnpm", "bun") else lock
    manifest = {"name": "fn", "dependencies": root}
    scene.write({"package.json": manifest, "index.js": HANDLER, name: lock})


def build(scene: Scene, **variables: str) -> CommandResult:
    """Build the project, in this process."""
    words = ("--cache-dir", str(scene.cache), "-o", str(scene.output), "--json")
    env = {**scene.environment, **variables}
    return run_here("build", str(scene.project), *words, cwd=scene.project, env=env)


@pytest.mark.parametrize("is_deep", [False, True])
@pytest.mark.parametrize("tool", WRITERS)
def test_an_address_that_is_asked_for_is_no_disguise(
    scene: Scene, tool: str, is_deep: bool
) -> None:
    """Its tarball may be that of a package of another name; in depth it is said."""
    lay_down(scene, tool, is_deep=is_deep)

    built = build(scene)

    assert 0 == built.status, built.stdout
    codes = {one["code"] for one in built.document["findings"]}
    assert "resolved-disguised" not in codes
    assert ("source-remote" in codes) == is_deep


@pytest.mark.parametrize("is_deep", [False, True])
@pytest.mark.parametrize("tool", WRITERS)
def test_addresses_are_forbidden_by_the_setting(scene: Scene, tool: str, is_deep: bool) -> None:
    """`allow-remote` holds for every lockfile: `root` for what others ask for alone."""
    lay_down(scene, tool, is_deep=is_deep)

    assert "EALLOWREMOTE" == build(scene, npm_config_allow_remote="none").code
    root = build(scene, npm_config_allow_remote="root")
    assert ("EALLOWREMOTE" if is_deep else None) == root.code
