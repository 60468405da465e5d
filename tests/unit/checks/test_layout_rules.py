"""Where files lie, in functions and in layers."""

from __future__ import annotations

import pytest
from support.checking import check_files

H = "exports.handler = async () => 1;"


def told(code: str, names: list[str], **options: object) -> list[tuple[str, str]]:
    """Return severity and path of the findings of a code about files of these names."""
    found = check_files(dict.fromkeys(names, H), **options).findings
    return [(one.severity, one.path) for one in found if one.code == code]


@pytest.mark.parametrize(
    ("names", "handler", "expected"),
    [
        (["app/index.js", "app/lib/a.js"], "index.handler", ["app"]),
        (["app/index.js", "app/lib/a.js"], "lib/a.handler", ["app"]),
        (["app/index.js"], "app/gone.handler", []),
        (["app/index.js"], "app.handler", []),
        (["app/index.js"], "apps/index.handler", ["app"]),
        (["app/index.js", "app2/index.js"], "index.handler", []),
        (["app/index.js", "app"], "index.handler", []),
        (["node_modules/index.js"], "index.handler", []),
        (["index.js"], "index.handler", []),
    ],
)
def test_a_folder_around_everything(names: list[str], handler: str, expected: list[str]) -> None:
    """Lambda looks at the root, unless the handler names the folder."""
    for runtime in ("nodejs22.x", "nodejs24.x"):
        found = told("layout-wrapped", names, handler=handler, runtime=runtime)
        assert [("error", path) for path in expected] == found


def test_a_folder_around_a_layer_is_another_matter() -> None:
    """What wraps a layer has a rule of its own."""
    assert [] == told("layout-wrapped", ["app/index.js"], handler=None, kind="layer")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["nodejs/node_modules/a/index.js"], "nodejs/node_modules"),
        (["nodejs/node_modules/a/index.js", "nodejs/b.js"], "nodejs/node_modules"),
        (["lib/node_modules/a/index.js"], "lib/node_modules"),
        (["lib/node_modules/a/index.js", "lib/b.js"], None),
        (["lib/node_modules/a/index.js", "lib/b.mjs"], None),
        (["lib/node_modules/a/index.js", "lib/c/b.cjs"], None),
        (["lib/node_modules/a/index.js", "lib/b.txt"], "lib/node_modules"),
        (["lib/node_modules/a/index.js", "lib2/b.js"], "lib/node_modules"),
        (["lib/node_modules/a/node_modules/b/index.js"], "lib/node_modules"),
        (["lib/node_modules/a/index.js", "node_modules/a/index.js"], None),
        (["lib/node_modules2/a/index.js"], None),
    ],
)
def test_where_nothing_looks_for_packages(names: list[str], expected: str | None) -> None:
    """A node_modules beside no JavaScript of the project, where the root has none."""
    found = told("layout-node-modules", ["index.js", *names])

    assert ([] if expected is None else [("warning", expected)]) == found
    assert [] == told("layout-node-modules", names, handler=None, kind="layer")


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        *([(f"{top}/a",), None] for top in ("nodejs", "bin", "lib", "python", "java", "ruby")),
        (("dotnet/a",), None),
        (("extensions/run",), None),
        (("extensions/d/run",), ("warning", "extensions")),
        (("extensions/d/run", "bin/a"), None),
        (("src/a.js",), ("warning", "")),
        (("a.js",), ("warning", "")),
        (("src/a.js", "lib/b"), None),
        (("node_modules/a/index.js",), ("error", "node_modules")),
        (("node_modules/a/index.js", "nodejs/b"), ("error", "node_modules")),
        (("out/nodejs/node_modules/a/index.js",), ("error", "out")),
        (("out/nodejs/a.js",), ("warning", "")),
        (("bin/nodejs/node_modules/a/index.js",), None),
        (("nodejs/node22/node_modules/a/index.js",), ("warning", "nodejs/node22")),
        (("nodejs/node24/node_modules/a/index.js",), None),
        (("nodejs/node24x/a.js",), None),
        (("nodejs/nodes/a.js",), None),
        (("nodejs/a/node22/b.js",), None),
        (("lib/nodejs/node22/b.js",), None),
    ],
)
def test_what_a_layer_has_at_its_root(
    names: tuple[str, ...], expected: tuple[str, str] | None
) -> None:
    """Lambda looks in a few folders, and Node.js of one version in its own."""
    found = told("layout-layer", list(names), handler=None, kind="layer")

    assert ([] if expected is None else [expected]) == found
    assert [] == told("layout-layer", ["index.js", *names])
