"""Which source a specifier means: TypeScript's rules over invented files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files
from zipper.bundling.output_places import OwnedFile
from zipper.bundling.source_folder import SourceFolder
from zipper.bundling.source_resolution import SourceResolver
from zipper.bundling.tsconfig import TsConfigs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


class Siblings:
    """Linked packages by name."""

    def __init__(self, own: str, folders: dict[str, str]) -> None:
        self.folders = {
            "": own,
            **{f"node_modules/{name}": folder for name, folder in folders.items()},
        }

    def folder_of(self, owner: str) -> str:
        """Return the folder of an owner."""
        return self.folders[owner]

    def owners(self) -> Sequence[str]:
        """Return all but the project itself."""
        return [owner for owner in self.folders if owner]

    def find(self, owner: str, name: str) -> str | None:
        """Return the package of that name."""
        del owner
        return f"node_modules/{name}" if f"node_modules/{name}" in self.folders else None


class Configs(SourceFolder):
    """Files without packages."""

    def read_package(self, source: str, specifier: str) -> tuple[str, bytes] | None:
        """Find none."""
        del source, specifier
        return None


def resolver_of(
    root: Path, files: dict[str, str], own: str = "", siblings: dict[str, str] | None = None
) -> SourceResolver:
    write_files(root, dict(files))
    return SourceResolver(
        SourceFolder(root),
        TsConfigs(Configs(root)),
        Siblings(own, siblings or {}),
        frozenset({"fs", "node:fs", "crypto"}),
    )


ROWS = [
    # specifier in src/index.ts, files that are there, what it means
    ("./a", ["src/a.ts", "src/a/index.ts"], "src/a.ts"),
    ("./a", ["src/a.tsx", "src/a.js"], "src/a.tsx"),
    ("./a", ["src/a.d.ts", "src/a.js"], "src/a.js"),
    ("./a", ["src/a.d.ts"], None),
    ("./a", ["src/a/index.ts"], "src/a/index.ts"),
    ("./a/", ["src/a.ts", "src/a/index.ts"], "src/a/index.ts"),
    ("./a.js", ["src/a.ts", "src/a.js"], "src/a.ts"),
    ("./a.js", ["src/a.tsx"], "src/a.tsx"),
    ("./a.jsx", ["src/a.tsx"], "src/a.tsx"),
    ("./a.mjs", ["src/a.mts"], "src/a.mts"),
    ("./a.cjs", ["src/a.cts"], "src/a.cts"),
    ("./a.ts", ["src/a.ts"], "src/a.ts"),
    ("./a.json", ["src/a.json"], "src/a.json"),
    ("./a", ["src/a.json"], "src/a.json"),
    ("./a.service", ["src/a.service.ts"], "src/a.service.ts"),
    ("..", ["index.ts"], "index.ts"),
    (".", ["src/index.ts"], "src/index.ts"),
    ("./A", ["src/a.ts"], None),
    ("../../outside", ["src/a.ts"], None),
    ("./node_modules/x", ["src/node_modules/x.ts"], None),
    ("fs", ["fs.ts"], None),
    ("express", ["express.ts"], None),
]


@pytest.mark.parametrize(("specifier", "names", "expected"), ROWS)
def test_relative(tmp_path: Path, specifier: str, names: list[str], expected: str | None) -> None:
    """Endings, index files and case, in TypeScript's order."""
    resolver = resolver_of(tmp_path, dict.fromkeys(["src/index.ts", *names], ""))
    found = resolver.resolve(OwnedFile("", "src/index.ts"), specifier, "import")

    assert expected == (None if found is None else found.path)


def test_paths_take_the_longest_prefix_and_the_first_that_is_there(tmp_path: Path) -> None:
    """An exact pattern goes before one with `*`, and targets are tried in order."""
    paths = {"@/*": ["gen/*", "src/*"], "@/lib/*": ["libs/*"], "@/lib/x": ["x.ts"], "*": ["any/*"]}
    files = {
        "tsconfig.json": json.dumps({"compilerOptions": {"paths": paths}}),
        **dict.fromkeys(["src/a.ts", "gen/b.ts", "src/b.ts", "libs/c.ts", "x.ts", "libs/x.ts"], ""),
        "any/node_modules/express.ts": "",
    }
    resolver = resolver_of(tmp_path, files)
    asked = ["@/a", "@/b", "@/lib/c", "@/lib/x", "express", "@/lib/none"]
    found = [resolver.resolve(OwnedFile("", "src/index.ts"), one, "import") for one in asked]

    expected = ["src/a.ts", "gen/b.ts", "libs/c.ts", "x.ts", None, None]
    assert expected == [None if one is None else one.path for one in found]


def test_base_url_never_hides_nodes_own_modules(tmp_path: Path) -> None:
    """A name below `baseUrl` is a source, but for what Node itself answers."""
    files = {
        "tsconfig.json": '{"compilerOptions": {"baseUrl": "src"}}',
        **dict.fromkeys(["src/lib/a.ts", "src/crypto.ts"], ""),
    }
    resolver = resolver_of(tmp_path, files)
    module = OwnedFile("", "src/index.ts")

    assert OwnedFile("", "src/lib/a.ts") == resolver.resolve(module, "lib/a", "require")
    assert resolver.resolve(module, "crypto", "require") is None


def test_root_dirs_are_one_folder(tmp_path: Path) -> None:
    """What is not beside a file is looked for in the other roots."""
    files = {
        "tsconfig.json": '{"compilerOptions": {"rootDirs": ["src", "generated"]}}',
        "generated/views/a.ts": "",
    }
    resolver = resolver_of(tmp_path, files)

    found = resolver.resolve(OwnedFile("", "src/views/index.ts"), "./a", "import")
    assert OwnedFile("", "generated/views/a.ts") == found


def test_own_imports_and_own_name(tmp_path: Path) -> None:
    """`#x` goes by `imports`, the package's own name by `exports`, with Node's conditions."""
    manifest = {
        "name": "fn",
        "imports": {"#lib/*": "./src/lib/*.ts", "#w": {"import": "./i.ts", "require": "./r.ts"}},
        "exports": {"./u": "./src/u.js"},
    }
    files = {
        "package.json": json.dumps(manifest),
        **dict.fromkeys(["src/lib/a.ts", "i.ts", "r.ts", "src/u.ts"], ""),
    }
    resolver = resolver_of(tmp_path, files)
    module = OwnedFile("", "src/index.ts")

    assert OwnedFile("", "src/lib/a.ts") == resolver.resolve(module, "#lib/a", "import")
    assert OwnedFile("", "i.ts") == resolver.resolve(module, "#w", "import")
    assert OwnedFile("", "r.ts") == resolver.resolve(module, "#w", "require")
    assert OwnedFile("", "src/u.ts") == resolver.resolve(module, "fn/u", "import")
    assert resolver.resolve(module, "#none", "import") is None


@pytest.mark.parametrize(
    ("manifest", "specifier", "expected"),
    [
        ({"main": "src/index.ts"}, "@s/a", "packages/a/src/index.ts"),
        ({"main": "dist/index.js"}, "@s/a", None),
        ({"exports": "./src/index.ts"}, "@s/a", "packages/a/src/index.ts"),
        ({"exports": {"./*": "./src/*.ts"}}, "@s/a/util", "packages/a/src/util.ts"),
        (
            {"exports": {".": {"types": "./src/index.ts", "default": "./gone.js"}}},
            "@s/a",
            "packages/a/src/index.ts",
        ),
        ({"exports": {"types": "./src/index.ts", "default": "./dist/index.js"}}, "@s/a", None),
        (
            {"exports": {"@s/source": "./src/index.ts", "default": "./dist/gone.js"}},
            "@s/a",
            "packages/a/src/index.ts",
        ),
        ({"exports": {"@s/source": "./src/index.ts", "default": "./dist/index.js"}}, "@s/a", None),
        ({"exports": {"@s/other": "./src/index.ts", "default": "./dist/gone.js"}}, "@s/a", None),
        ({}, "@s/a/src/util", "packages/a/src/util.ts"),
    ],
)
def test_siblings_as_source(
    tmp_path: Path, manifest: dict, specifier: str, expected: str | None
) -> None:
    """A member that names TypeScript is read from source; what is built counts as it is."""
    files = {
        "packages/a/package.json": json.dumps({"name": "@s/a", **manifest}),
        **dict.fromkeys(["packages/a/src/index.ts", "packages/a/src/util.ts"], ""),
        "packages/a/dist/index.js": "",
        "packages/fn/tsconfig.json": '{"compilerOptions": {"customConditions": ["@s/source"]}}',
    }
    resolver = resolver_of(tmp_path, files, own="packages/fn", siblings={"@s/a": "packages/a"})
    found = resolver.resolve(OwnedFile("", "packages/fn/index.ts"), specifier, "import")

    assert (None if expected is None else OwnedFile("node_modules/@s/a", expected)) == found
