"""A sibling's package.json names what its sources became, where it named the sources."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from zipper.archive.compress import compress
from zipper.bundling.output_places import ReachedFile
from zipper.pipeline.packed_sources import pack_beyond, pack_own, pack_siblings
from zipper.project.own_files import OwnFiles
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry


def contents_of(entries: list[PlannedEntry] | tuple[PlannedEntry, ...]) -> dict[str, str]:
    return {entry.name.decode(): inflate(entry).decode() for entry in entries}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"main": "src/index.ts"}, {"main": "src/index.js"}),
        ({"main": "./a.mts", "types": "./a.mts"}, {"main": "./a.mjs", "types": "./a.mts"}),
        (
            {
                "exports": {
                    ".": {"types": "./a.d.ts", "import": "./a.tsx"},
                    "./b": ["./b.cts", None],
                }
            },
            {"exports": {".": {"types": "./a.d.ts", "import": "./a.js"}, "./b": ["./b.cjs", None]}},
        ),
        ({"imports": {"#x": "./x.jsx"}}, {"imports": {"#x": "./x.js"}}),
    ],
)
def test_fields_name_what_sources_became(tmp_path: Path, before: dict, after: dict) -> None:
    """Those by which Node finds files; what TypeScript reads stays, and so do all other fields."""
    manifest = {"name": "é", **before}
    packed = {
        "node_modules/s": [
            compress("package.json", json.dumps(manifest).encode(), executable=False),
            compress("kept.txt", b"kept", executable=False),
            compress("src.ts", b"not packed", executable=False),
            compress("main.js", b"replaced", executable=False),
        ]
    }
    made = ReachedFile("node_modules/s", "s/main.js", "made", "s/main.ts")

    found = pack_siblings(tmp_path, packed, {"node_modules/s": "s"}, [made])["node_modules/s"]

    contents = contents_of(found)
    assert {"name": "é", **after} == json.loads(contents.pop("package.json"))
    assert {"kept.txt": "kept", "main.js": "made"} == contents
    assert sorted(found) == found


@pytest.mark.parametrize("text", ['{"name": "s",  "main": "a.js"}', "no json", "{}"])
def test_a_package_json_that_names_no_source_stays(tmp_path: Path, text: str) -> None:
    """Byte for byte."""
    entry = compress("package.json", text.encode(), executable=False)
    made = ReachedFile("s", "s/main.js", "made", "s/main.ts")

    found = pack_siblings(tmp_path, {"s": [entry]}, {"s": "s"}, [made])["s"]

    assert text == contents_of(found)["package.json"]


def test_siblings_that_are_not_reached_stay(tmp_path: Path) -> None:
    """With their sources: nothing was made of them."""
    packed = {"s": [compress("a.ts", b"a", executable=False)]}

    assert packed == pack_siblings(tmp_path, packed, {"s": "s"}, [])


def test_own_files_are_replaced_by_what_was_made(tmp_path: Path) -> None:
    """TypeScript goes, what is reached as it is comes once, and what was made goes before both."""
    for name in ("a.ts", "a.js", "data.json", "beyond.json"):
        (tmp_path / name).write_text("own")
    choice = OwnFiles(tmp_path, ("a.ts", "a.js", "data.json"), ())
    made = {
        "a.js": ReachedFile("", "a.js", "made", "a.ts"),
        "data.json": ReachedFile("", "data.json", None, "data.json"),
        "beyond.json": ReachedFile("", "beyond.json", None, "beyond.json"),
    }

    own = pack_own(choice, made)

    assert {"a.js": "made", "beyond.json": "own", "data.json": "own"} == contents_of(own)
    assert tuple(sorted(own)) == own
    assert len(own) == 3
    assert {"a.js": "made", "beyond.json": "own"} == contents_of(
        pack_beyond(OwnFiles(tmp_path, ("data.json",), ()), made)
    )


def test_what_is_made_is_no_program(tmp_path: Path) -> None:
    """Nor is a package.json that is written anew, as npm writes it; names are bytes of any kind."""
    manifest = {"main": "é.ts", "version": "1.0.0"}
    name = b"\xff.js"
    entries = [compress("package.json", json.dumps(manifest).encode(), executable=True)]
    entries += [compress("tool", b"#!", executable=True), compress("b.mts", b"x", executable=False)]
    other = b'{"main": "a.ts"}'
    entries += [compress("other.json", other, executable=False)]
    path = f"s/{os.fsdecode(name)}"
    made = [
        ReachedFile("s", path, "made \udcff", "s/x.ts"),
        ReachedFile("s", "s/data.json", None, "s/data.json"),
        ReachedFile("t", "t/other.js", "other", "t/other.ts"),
        ReachedFile("", "own.js", "own", "own.ts"),
    ]
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "data.json").write_text("{}")

    found = pack_siblings(tmp_path, {"s": entries, "t": []}, {"s": "s", "t": "t"}, made)

    text = '{\n  "main": "é.js",\n  "version": "1.0.0"\n}\n'
    assert [
        (b"data.json", b"{}", False),
        (b"other.json", other, False),
        (b"package.json", text.encode(), False),
        (b"tool", b"#!", True),
        (name, b"made \xff", False),
    ] == [(one.name, inflate(one), bool(one.mode & 0o111)) for one in found["s"]]
    assert {"other.js": "other"} == contents_of(found["t"])
    assert {"s", "t"} == set(found)
