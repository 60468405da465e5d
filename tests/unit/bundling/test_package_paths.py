"""Paths into packages, completed for `import` as `require` does it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from zipper.archive.compress import compress
from zipper.bundling.package_paths import PackagePaths
from zipper.store.keys import StoreKey
from zipper.store.store_zips import Store
from zipper.tree.model import Node, Tree

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [
    (["fp.js"], {}, "lodash/fp", "lodash/fp.js"),
    (["fp/index.js"], {}, "lodash/fp", "lodash/fp/index.js"),
    (["fp.js", "fp/index.js"], {}, "lodash/fp/", "lodash/fp.js"),
    (["data.json"], {}, "lodash/data", "lodash/data.json"),
    (["fp.js"], {}, "lodash/fp.js", None),
    (["fp.js"], {"exports": {"./fp": "./fp.js"}}, "lodash/fp", None),
    (["fp.js"], {}, "lodash", None),
    (["fp.js"], {}, "lodash/none", None),
    (["fp.js"], {}, "other/fp", None),
]


@pytest.mark.parametrize(("names", "manifest", "specifier", "expected"), ROWS)
def test_path(
    tmp_path: Path, names: list[str], manifest: dict, specifier: str, expected: str | None
) -> None:
    """A file, then a folder; nothing where the package has `exports` or the path is whole."""
    files = {"package.json": json.dumps(manifest), **dict.fromkeys(names, "")}
    entries = [compress(name, text.encode(), executable=False) for name, text in files.items()]
    zipped = Store(tmp_path).add(StoreKey("sha512", "0" * 128), sorted(entries))
    location = "node_modules/lodash"
    tree = Tree({"": Node("", ""), location: Node(location, "lodash")})

    assert expected == PackagePaths(tree, {location: zipped}).complete("", specifier)


def test_folder_with_a_package_json(tmp_path: Path) -> None:
    """A folder's `main` counts."""
    files = {"fp/package.json": '{"main": "lib"}', "fp/lib.js": "", "package.json": "{}"}
    entries = [compress(name, text.encode(), executable=False) for name, text in files.items()]
    zipped = Store(tmp_path).add(StoreKey("sha512", "1" * 128), sorted(entries))
    location = "node_modules/lodash"
    tree = Tree({"": Node("", ""), location: Node(location, "lodash")})

    assert "lodash/fp/lib.js" == PackagePaths(tree, {location: zipped}).complete("", "lodash/fp")
