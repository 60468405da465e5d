"""Specifiers that are computed: how they begin and end, and which sources they may mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.scene import write_files
from zipper.bundling.computed_specifiers import ComputedSpecifier, find_computed, find_meant
from zipper.bundling.source_folder import SourceFolder

if TYPE_CHECKING:
    from pathlib import Path

SOURCES = (
    "src/index.ts", "src/other.ts", "src/other.test.ts", "src/types.d.ts", "src/p/a.ts",
    "src/p/b.mts", "src/p/deep/c.tsx", "src/p/deep/index.ts", "src/p/x.js", "src/q/p-a.ts",
    "src/q/r.ts", "src/p/node_modules/n.ts",
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import(`./p/${n}.js`)", [("./p/", ".js")]),
        ("require(`../p/a-${n}`)", [("../p/a-", "")]),
        ('require("./p/" + n)', [("./p/", "")]),
        ('require("./p/" + n + "/" + m + ".js")', [("./p/", ".js")]),
        ("import(`./${a}/${b}.json`)", [("./", ".json")]),
        ("import(`./p/a.js`)", []),
        ("import(`${n}/a`)", []),
        ("import(n)", []),
        ('import("p/" + n)', []),
        ('function f(require) { require("./p/" + n) }', []),
        ("// import(`./p/${n}.js`)", []),
        ("const text = 'import(`./p/${n}.js`)'", []),
    ],
)
def test_ends_of_what_is_computed(code: str, expected: list[tuple[str, str]]) -> None:
    """Relative ones alone, in code alone."""
    assert expected == [(one.prefix, one.suffix) for one in find_computed(code.encode())]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import(`./p/${n}.ts`)", "import(`./p/${n}.js`)"),
        ("import(`./p/${n}.mts`)", "import(`./p/${n}.mjs`)"),
        ('import("./p/" + n + ".tsx")', 'import("./p/" + n + ".js")'),
    ],
)
def test_names_of_sources_become_those_of_outputs(code: str, expected: str) -> None:
    """A suffix that names sources is replaced in the code."""
    (found,) = find_computed(code.encode())
    assert found.edit is not None
    start, end, new = found.edit

    assert expected == f"{code[:start]}{new.decode()}{code[end:]}"


@pytest.mark.parametrize(
    ("prefix", "suffix", "expected"),
    [
        ("./p/", ".js", ["p/a.ts", "p/deep/c.tsx", "p/deep/index.ts"]),
        ("./p/", ".mjs", ["p/b.mts"]),
        ("./p/", "", ["p/a.ts", "p/b.mts", "p/deep/c.tsx", "p/deep/index.ts"]),
        ("./p/", ".ts", ["p/a.ts", "p/deep/index.ts"]),
        ("./p/", "/index", ["p/deep/index.ts"]),
        ("./q/p-", ".js", ["q/p-a.ts"]),
        ("./", ".js", ["other.ts"]),
        ("./nope/", "", []),
    ],
)
def test_sources_that_may_be_meant(
    tmp_path: Path, prefix: str, suffix: str, expected: list[str]
) -> None:
    """Those whose output has the shape; the module itself, types and tests beside it do not."""
    write_files(tmp_path, dict.fromkeys(SOURCES, ""))
    files = SourceFolder(tmp_path)
    found = list(find_meant("src/index.ts", ComputedSpecifier(prefix, suffix, None), files))

    assert [f"src/{name}" for name in expected] == found
    assert SourceFolder(tmp_path).still(files.witnesses())
    (tmp_path / "src" / "nope").mkdir()
    for folder in ("p", "q", "nope", ""):
        (tmp_path / "src" / folder / "p-new.ts").write_text("")
    assert not SourceFolder(tmp_path).still(files.witnesses())
