"""What a bundle is made of: where its map is, and what its sources are called."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from zipper.report.bundle_parts import SOURCE_MAP, BundlePart, find_parts, name_parts
from zipper.report.inventory import File

CODE = "x" * 2_000
MAP = json.dumps({"version": 3, "sources": ["../src/a.ts"], "mappings": "AAAA"})
ENCODED = base64.b64encode(MAP.encode()).decode()


def parts_of(files: dict[str, str]) -> dict[str, dict[str, int]]:
    rows = [File(name, len(text), len(text)) for name, text in files.items()]
    return find_parts(rows, lambda name: files[name].encode())


@pytest.mark.parametrize(
    ("code", "beside"),
    [
        (CODE, {"dist/index.js.map": MAP}),
        (f"{CODE}\n//# sourceMappingURL=index.js.map\n", {"dist/index.js.map": MAP}),
        (f"{CODE}\n//# sourceMappingURL=../maps/a%20b.map", {"maps/a b.map": MAP}),
        (f"{CODE}\n//@ sourceMappingURL=old.map", {"dist/old.map": MAP}),
    ],
)
def test_a_map_is_found_beside_its_script(code: str, beside: dict[str, str]) -> None:
    """Where the last comment says, or under the name that every bundler gives it."""
    assert ["dist/index.js"] == list(parts_of({"dist/index.js": code, **beside}))


@pytest.mark.parametrize(
    "address",
    [f"data:application/json;base64,{ENCODED}",
     f"data:application/json;charset=utf-8;base64,{ENCODED}",
     f"data:application/json,{quote(MAP)}"],
)  # fmt: skip
def test_a_map_in_the_script_is_a_part_of_it(address: str) -> None:
    """Its own bytes are named, as they are often the most."""
    plain = {**json.loads(MAP), "mappings": "A"}
    encoded = base64.b64encode(json.dumps(plain).encode()).decode()
    code = f"{CODE}\n//# sourceMappingURL={address.replace(ENCODED, encoded)}\n"

    found = parts_of({"index.js": code})

    assert len(code) == sum(found["index.js"].values())
    if SOURCE_MAP in found["index.js"]:
        assert found["index.js"][SOURCE_MAP] == len(address.replace(ENCODED, encoded))


@pytest.mark.parametrize(
    "files",
    [
        {"index.js": CODE},
        {"index.js": "x", "index.js.map": MAP},
        {"index.js": CODE, "index.js.map": "{"},
        {"index.js": f"{CODE}//# sourceMappingURL=data:application/json;base64,?"},
        {"node_modules/a/a.js": CODE, "node_modules/a/a.js.map": MAP},
    ],
)
def test_what_is_no_bundle_has_no_parts(files: dict[str, str]) -> None:
    """No map, a small file, a map that is none, and an installed package's own map."""
    assert {} == parts_of(files)


@pytest.mark.parametrize(
    ("source", "part"),
    [
        ("../src/a.ts", ("", "", "src/a.ts")),
        ("../../node_modules/a/lib/x.js", ("a", "", "lib/x.js")),
        ("node_modules/@s/b/index.mjs", ("@s/b", "", "index.mjs")),
        ("node_modules/a/node_modules/b/b.js", ("b", "", "b.js")),
        ("node_modules/.pnpm/a@1.2.3/node_modules/a/a.js", ("a", "1.2.3", "a.js")),
        ("node_modules/.pnpm/@s+b@1.0.0_a@18/node_modules/@s/b/b.js", ("@s/b", "1.0.0", "b.js")),
        ("node_modules/.pnpm/a@1.2.3/node_modules/c/c.js", ("c", "", "c.js")),
        ("webpack://fn/./node_modules/a/a.js?1f2e", ("a", "", "a.js")),
        ("webpack:///src/a.ts", ("", "", "src/a.ts")),
        ("file:///home/ada/fn/node_modules/a/a.js", ("a", "", "a.js")),
        ("file:///home/ada/fn/src/a.ts", ("", "", "a.ts")),
        ("C:\\fn\\node_modules\\a\\a.js", ("a", "", "a.js")),
    ],
)  # fmt: skip
def test_sources_are_named_by_package(source: str, part: tuple[str, str, str]) -> None:
    """Whatever a bundler writes before a path, and no folder of anybody's disk."""
    assert [BundlePart(*part, 7)] == list(name_parts({source: 7}))


def test_own_sources_are_named_from_their_common_folder() -> None:
    """Absolute paths keep what tells them apart."""
    parts = {"/home/ada/fn/src/a.ts": 1, "/home/ada/fn/src/lib/b.ts": 2, "": 3}

    assert [("a.ts", 1), ("lib/b.ts", 2), ("", 3)] == [
        (part.path, part.size_bytes) for part in name_parts(parts)
    ]
