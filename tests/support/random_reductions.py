"""Pruning, bundles and layers in a play: options, tables of layers, and packages they act on.

A bundle needs esbuild: see `tests.support.random_typescript`. Without its tarball no play has one.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.random_world import World
    from tests.support.registry_server import RegistryServer

__all__ = [
    "CHANGES_OF_SIZE",
    "REDUCED_SOURCES",
    "choose_reduced",
    "list_layer_rows",
    "publish_reducible",
    "write_trace",
]

_HANDLER = "exports.handler = async () => 1;\n"
REDUCED_SOURCES = (
    f"require('p');\n{_HANDLER}",
    f"require('q');\n{_HANDLER}",
    f"exports.f = () => [require('p'), require('q'), require('a')];\n{_HANDLER}",
    f"require('p/lib/' + process.env.X);\n{_HANDLER}",
    "import p from 'p';\nexport const handler = async () => p;\n",
)
_PRUNING = (
    ("--prune", ("safe", "reached", "reached", "off")),
    ("--keep", ("p/lib/**", "*.md", "absent/**", "node_modules/q/")),
    ("--drop", ("p/lib/*.txt", "lib/x.js", "*.d.ts", "absent.js")),
    ("--trace", ("ROOT/trace.json",)),
    ("--prune-own", ("",)),
)
_BUNDLING = (
    ("--bundle", ("",)),
    ("--minify", ("",)),
    ("--external", ("p", "b", "absent")),
    ("--bundle-anyway", ("p", "q")),
    ("--sourcemap", ("linked", "inline", "external")),
)
_LAYERS: tuple[dict[str, object], ...] = (
    {},
    {"deps": {}},
    {"deps": {"packages": ["p"]}},
    {"deps": {"packages": ["b", "@s/*"], "versioned": True}, "more": {"packages": ["a"]}},
    {"deps": {"packages": ["absent"]}},
    {"deps": {"files": "local"}},
)
_OPENED = (["node_modules/p/lib/y.txt"], ["README.md", "node_modules/b/index.js"], [], None)


def publish_reducible(registry: RegistryServer, number: int) -> None:
    """Publish `p`, which has files that can go, and `q`, which requests what no text says."""
    registry.publish(
        "p",
        "1.0.0",
        files={
            "index.js": b"exports.one = %d; exports.f = () => require('./lib/x');\n" % number,
            "lib/x.js": b"require('b');\n",
            "lib/y.js": b"1;\n",
            "lib/y.txt": b"text\n",
            "index.d.ts": b"export const one: number;\n",
            "README.md": b"# p\n",
            "LICENSE": b"MIT\n",
        },
        dependencies={"b": "1"},
    )
    registry.publish(
        "q",
        "1.0.0",
        files={
            "index.js": b"module.exports = (name) => require(name);\n",
            "more.js": b"require('fs').readFileSync(__dirname + '/data/t.bin');\n",
            "data/t.bin": b"\0\1\2",
            "test/index.js": b"require('absent');\n",
            "index.js.map": b"{}",
        },
        dependencies={"c": "*"},
    )


def write_trace(world: World) -> None:
    """Write the trace that `--trace` names."""
    opened = world.opened
    text = "no trace" if opened is None else json.dumps({"format": 1, "opened": opened})
    path = world.root / "trace.json"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def list_layer_rows(world: World) -> str:
    """Return the tables of layers as TOML."""
    return "".join(
        f"[tool.zipper.layers.{name}]\n"
        + "".join(f"{key} = {json.dumps(value)}\n" for key, value in row.items())
        for name, row in world.layers.items()
    )


def choose_reduced(world: World) -> list[str] | None:
    """Return a command about what is taken out, or a layer; None where another is to run."""
    roll = world.rng.random()
    taken = ("--runtime", "--arch", "--prefer-offline", "--exclude")
    shared = [w for k, v in world.options.items() if k in taken for w in (k, v) if w]
    if world.layers and roll < 0.2:
        return ["layer", "ROOT/project/", "--json", "-o", "ROOT/out/", *shared]
    if roll < 0.05:
        return ["layer", "ROOT/project/", "--json", "-o", "ROOT/out/deps.zip", *shared]
    pruned = ("--prune", "--keep", "--drop", "--prune-own", "--trace")
    is_pruned = world.options.get("--prune", "off") != "off"
    if not world.functions and is_pruned and roll > 0.9:
        told = [w for k, v in world.options.items() if k in pruned for w in (k, v) if w]
        return ["explain", "ROOT/project", "--pruned", "--json", *told]
    return None


def _toggle(world: World, rows: tuple[tuple[str, tuple[str, ...]], ...]) -> None:
    """Set the first option, which the others need, or change one of them."""
    first = rows[0][0]
    name, values = rows[0] if first not in world.options else world.rng.choice(rows)
    if world.options.pop(name, None) is None:
        world.options[name] = world.rng.choice(values)
    elif name == first:
        for other, _ in rows:
            world.options.pop(other, None)


def change_pruning(world: World) -> None:
    _toggle(world, _PRUNING)
    if "p" not in world.dependencies:
        world.dependencies = sorted({*world.dependencies, "p", "q"})
        world.files["index.js"] = world.rng.choice(REDUCED_SOURCES)


def change_bundling(world: World) -> None:
    if "ESBUILD_TARBALL" in os.environ:
        _toggle(world, _BUNDLING)


def change_trace(world: World) -> None:
    world.opened = world.rng.choice(_OPENED)


def change_layers(world: World) -> None:
    """Change the tables of layers, and which of them the function has."""
    world.layers = dict(world.rng.choice(_LAYERS))
    world.options.pop("--layer", None)
    if world.layers and not world.functions:
        world.options["--layer"] = world.rng.choice((*world.layers, "deps", "ROOT/layer.zip"))


CHANGES_OF_SIZE: dict[str, Callable[[World], None]] = {
    "pruning": change_pruning,
    "bundling": change_bundling,
    "trace": change_trace,
    "layers": change_layers,
}
