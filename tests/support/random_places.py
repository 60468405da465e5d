"""Changes around a play's project: other lockfiles, a workspace, the user's folder, links, locale.

Each is a function of the `World`, and `write_around` brings the disk to what the world says. What
is there is written only where it differs.
"""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.random_world import World

__all__ = ["CHANGES_AROUND", "write_around", "write_foreign"]

LOCKFILES = {
    "pnpm": "pnpm-lock.yaml", "bun": "bun.lock", "yarn 1": "yarn.lock", "yarn 4": "yarn.lock"
}  # fmt: skip
Manifests = dict[str, dict[str, Any]]
SETTINGS = {
    "pnpm-workspace.yaml": ("", "nodeLinker: hoisted\n", "overrides: {b: 1.0.0}\n"),
    "bunfig.toml": ("", "[install]\nlinker = 'isolated'\n"),
    ".yarnrc.yml": ("", "nodeLinker: node-modules\n"),
    ".gitignore": ("", "README.md\n"),
    ".dockerignore": ("", "*.md\n"),
}
LOCALES = (
    ("LC_ALL", ("C", "C.UTF-8", "de_DE.UTF-8")), ("TZ", ("UTC", "Pacific/Kiritimati", "EST5")),
    ("LANG", ("C", "tr_TR.UTF-8")), ("PYTHONUTF8", ("0", "1")), ("COLUMNS", ("20",)),
)  # fmt: skip
USER_NPMRC = ("engine-strict=true", "omit[]=optional", "tag=next", "@s:registry=SECOND", "color=no")
PLACES = {"index.js": "other.js", "other.js": "lib.js", "README.md": "index.js"}


def write_around(world: World) -> None:
    """Bring what is around the project's own files to what it should be."""
    lines = "".join(f"{line.replace('SECOND', world.second.url)}\n" for line in world.user_npmrc)
    _put(world.root / "home" / ".npmrc", lines)
    for name in SETTINGS:
        _put(world.project / name, world.settings.get(name, ""))
    _put(world.project / "local" / ".npmignore", world.settings.get("local/.npmignore", ""))
    root = {"name": "root", "private": True, "workspaces": ["project", "sibling"]}
    _put(world.root / "package.json", json.dumps(root) if world.sibling else "")
    _put(world.root / "sibling" / "package.json", json.dumps(world.sibling))
    _put(world.root / "sibling" / "index.js", "1;\n" if world.sibling else "")
    for name, kind in world.kinds.items():
        _make(world.project / name, world.project / PLACES[name], kind)
    _write_node(world)


def write_foreign(world: World) -> bool:
    """Write the lockfile of another package manager; return whether there is one."""
    chosen = LOCKFILES.get(world.foreign)
    for name in sorted(set(LOCKFILES.values())):
        text = ""
        if name == chosen:
            text = _WRITERS[world.foreign](world, _versions(world))
        _put(world.project / name, text)
    return bool(world.foreign)


def _versions(world: World) -> Manifests:
    """Return the newest manifest of each package that the project can reach.

    Of the registry that is asked for it: packages of one name differ, and a store has those of both
    by their hashes, so that a lockfile of the other registry fails in a fresh cache alone.
    """
    lines = {*world.npmrc, *world.user_npmrc}
    found: Manifests = {}
    waiting = [name for name in world.dependencies if name != "local"]
    while waiting:
        name = waiting.pop()
        if name not in found:
            is_second = name.startswith("@s/") and "@s:registry=SECOND" in lines
            is_second = is_second or "npm_config_registry" in world.variables
            packument = (world.second if is_second else world.first).packuments[name]
            found[name] = packument["versions"][packument["dist-tags"]["latest"]]
            waiting += [
                *found[name].get("dependencies", {}),
                *found[name].get("peerDependencies", {}),
            ]
    return found


def _lock_with_pnpm(world: World, found: Manifests) -> str:
    rows = ["lockfileVersion: '9.0'", "importers:", "  .:"]
    for field, names in (
        ("dependencies", [name for name in world.dependencies if name != "e"]),
        ("optionalDependencies", [name for name in world.dependencies if name == "e"]),
    ):
        rows += [f"    {field}:"] if names else []
        for name in sorted(names):
            spec, version = "'*'", found[name]["version"] if name != "local" else ""
            if name == "local":
                spec, version = "file:local", "link:local"
            elif name == "f":
                version += f"(b@{found['b']['version']})"
            rows.append(f"      '{name}': {{specifier: {spec}, version: {version}}}")
    rows += ["packages:"] if found else []
    for name, manifest in sorted(found.items()):
        rows.append(f"  '{name}@{manifest['version']}':")
        rows.append(f"    resolution: {{integrity: {manifest['dist']['integrity']}}}")
        rows += [
            f"    {key}: {json.dumps(manifest[key])}"
            for key in ("engines", "os")
            if key in manifest
        ]
        if "peerDependencies" in manifest:
            rows.append(f"    peerDependencies: {json.dumps(manifest['peerDependencies'])}")
    rows += ["snapshots:"] if found else []
    for name, manifest in sorted(found.items()):
        peers = "".join(
            f"({one}@{found[one]['version']})" for one in manifest.get("peerDependencies", {})
        )
        needs = [*manifest.get("dependencies", {}), *manifest.get("peerDependencies", {})]
        rows.append(f"  '{name}@{manifest['version']}{peers}':")
        chosen = {need: found[need]["version"] for need in needs}
        rows.append(f"    dependencies: {json.dumps(chosen)}")
    return "\n".join(rows) + "\n"


def _lock_with_bun(world: World, found: Manifests) -> str:
    specs = {name: "file:local" if name == "local" else "*" for name in world.dependencies}
    own: dict[str, Any] = {"name": "fn", "dependencies": specs}
    if "e" in specs:
        own["optionalDependencies"] = {"e": specs.pop("e")}
    packages: dict[str, Any] = {}
    for name, manifest in found.items():
        kept = ("dependencies", "peerDependencies", "os", "bin")
        about = {key: manifest[key] for key in kept if key in manifest}
        packages[name] = [f"{name}@{manifest['version']}", "", about, manifest["dist"]["integrity"]]
    if "local" in specs:
        packages["local"] = ["local@file:local", {}]
    return json.dumps({"lockfileVersion": 1, "workspaces": {"": own}, "packages": packages})


def _list_requests(world: World, found: Manifests) -> dict[str, list[str]]:
    """Return the specs by which each package is requested, sorted."""
    specs: dict[str, set[str]] = {name: set() for name in found}
    for name in world.dependencies:
        if name != "local":
            specs[name].add("*")
    for manifest in found.values():
        for name, spec in manifest.get("dependencies", {}).items():
            specs[name].add(spec)
    return {name: sorted(texts) for name, texts in sorted(specs.items()) if texts}


def _lock_with_yarn_1(world: World, found: Manifests) -> str:
    rows = ["# yarn lockfile v1", ""]
    for name, specs in _list_requests(world, found).items():
        manifest = found[name]
        rows += ["", ", ".join(json.dumps(f"{name}@{spec}") for spec in specs) + ":"]
        rows.append(f"  version {json.dumps(manifest['version'])}")
        rows.append(f"  resolved {json.dumps(manifest['dist']['tarball'])}")
        rows.append(f"  integrity {manifest['dist']['integrity']}")
        needs = manifest.get("dependencies", {})
        rows += ["  dependencies:"] if needs else []
        rows += [f"    {json.dumps(need)} {json.dumps(spec)}" for need, spec in needs.items()]
    if "local" in world.dependencies:
        rows += ["", '"local@file:local":', '  version "1.0.0"']
    return "\n".join(rows) + "\n"


def _lock_with_yarn_4(world: World, found: Manifests) -> str:
    """Without checksums, which are of zips that yarn makes: the registry is asked for integrity."""
    rows = ["__metadata:", "  version: 8", "  cacheKey: 10c0"]

    def add(key: str, resolution: str, version: str, needs: list[str], link: str) -> None:
        rows.extend(["", f"{json.dumps(key)}:", f"  version: {version}"])
        rows.append(f"  resolution: {json.dumps(resolution)}")
        rows.extend(["  dependencies:", *needs] if needs else [])
        rows.extend([f"  languageName: {'node' if link == 'hard' else 'unknown'}"])
        rows.append(f"  linkType: {link}")

    for name, specs in _list_requests(world, found).items():
        manifest = found[name]
        key = ", ".join(f"{name}@npm:{spec}" for spec in specs)
        needs = [
            f'    "{need}": "npm:{spec}"' for need, spec in manifest.get("dependencies", {}).items()
        ]
        add(key, f"{name}@npm:{manifest['version']}", manifest["version"], needs, "hard")
    own = [f'    "{name}": "npm:*"' for name in sorted(world.dependencies) if name != "local"]
    add("fn@workspace:.", "fn@workspace:.", "0.0.0-use.local", own, "soft")
    return "\n".join(rows) + "\n"


_WRITERS: dict[str, Callable[[World, Manifests], str]] = {
    "pnpm": _lock_with_pnpm,
    "bun": _lock_with_bun,
    "yarn 1": _lock_with_yarn_1,
    "yarn 4": _lock_with_yarn_4,
}


def _put(path: Path, text: str) -> None:
    if text in ("", "null", "{}"):
        path.unlink(missing_ok=True)
    elif not path.exists() or path.read_text() != text:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


def _make(path: Path, other: Path, kind: str) -> None:
    """Make a file a link to another one, or a folder."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
    if kind == "link":
        path.symlink_to(other.name)
    elif kind == "away":
        path.symlink_to("../../home/.npmrc")
    elif kind == "folder":
        path.mkdir(exist_ok=True)
        (path / "index.js").write_text("exports.handler = async () => 1;\n")


def _write_node(world: World) -> None:
    """Write the Node that is first on the PATH: a program that starts the real one."""
    real = shutil.which("node")
    path = world.root / "bin" / "node"
    if real is not None and (world.node or path.exists()):
        text = f'#!/bin/sh\n# {world.node:03}\nexec {real} "$@"\n'
        if not path.exists() or path.read_text() != text:
            status = path.stat() if path.exists() else None
            _put(path, text)
            path.chmod(0o755)
            if status is not None:
                os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def change_foreign(world: World) -> None:
    world.foreign = world.rng.choice(("", *LOCKFILES))


def change_settings(world: World) -> None:
    name = world.rng.choice((*SETTINGS, "local/.npmignore"))
    world.settings[name] = world.rng.choice(SETTINGS.get(name, ("", "*.md\n", "index.js\n")))


def change_user_npmrc(world: World) -> None:
    world.user_npmrc = world.rng.sample(USER_NPMRC, world.rng.choice((0, 1, 2)))


def change_locale(world: World) -> None:
    name, values = world.rng.choice(LOCALES)
    if world.variables.pop(name, None) is None:
        world.variables[name] = world.rng.choice(values)


def change_kind(world: World) -> None:
    """Have a file become a link, a folder, or a file again."""
    name = world.rng.choice(sorted(PLACES))
    path = world.project / name
    if world.kinds.pop(name, None) is not None:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink(
            missing_ok=True
        )
        return
    world.kinds[name] = world.rng.choice(("link", "away", "folder"))


def change_workspace(world: World) -> None:
    """Put the project into a workspace, change its sibling, or take it out again."""
    versions: tuple[dict[str, Any], ...] = (
        {},
        {"name": "sibling", "version": "1.0.0", "dependencies": {"b": "*"}},
        {"name": "local", "version": "2.0.0"},
        {"name": "a", "version": "1.0.0"},
    )
    world.sibling = world.rng.choice(versions)


def change_node(world: World) -> None:
    world.node = world.rng.randrange(1, 4)


def change_output(world: World) -> None:
    """Have a zip of an earlier build be a link, or writable by no one."""
    found = sorted((world.root / "out").glob("*.zip"))
    outputs = [path for path in found if not path.is_symlink()]
    if outputs:
        path = world.rng.choice(outputs)
        moved = path.with_suffix(".moved")
        path.replace(moved)
        path.symlink_to(moved.name)


CHANGES_AROUND: dict[str, Callable[[World], None]] = {
    "foreign lockfile": change_foreign,
    "foreign settings": change_settings,
    "user's .npmrc": change_user_npmrc,
    "locale": change_locale,
    "kind of file": change_kind,
    "workspace": change_workspace,
    "node": change_node,
    "linked output": change_output,
}
