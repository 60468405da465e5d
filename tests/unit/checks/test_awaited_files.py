"""Files for which the top level of an ES module waits: which function it is, and of what."""

from __future__ import annotations

import pytest

from zipper.checks.awaited_files import find_awaited
from zipper.checks.constants import ROOT
from zipper.checks.syntax import Source


def _awaited(text: str) -> list[tuple[str, str]]:
    found = list(find_awaited(Source(text.encode())))
    assert {(0, 2)} >= {(use.level, use.line) for use in found}
    return [(use.kind, use.text.removeprefix(f"{ROOT}/")) for use in found]


@pytest.mark.parametrize("specifier", ["fs/promises", "node:fs/promises", "fs-extra"])
@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("{ readFile }", "readFile"),
        ("{ readFile as r }", "r"),
        ("fs", "fs.readFile"),
        ("* as fs", "fs.readFile"),
        ("fs, { open }", "fs.readFile"),
        ("{ default as fs }", "fs.readFile"),
        ("{ promises }", "promises.readFile"),
    ],
)
def test_modules_of_promises(specifier: str, imports: str, call: str) -> None:
    """Each of their functions gives a promise."""
    text = f"import {imports} from '{specifier}';\nawait {call}('a')"

    assert [("read", "a")] == _awaited(text)


@pytest.mark.parametrize("specifier", ["fs", "node:fs"])
@pytest.mark.parametrize(
    ("imports", "call"),
    [
        ("{ promises }", "promises.readFile"),
        ("{ promises as p }", "p.readFile"),
        ("fs", "fs.promises.readFile"),
        ("* as fs", "fs.promises.readFile"),
        ("{ default as fs }", "fs.promises.readFile"),
    ],
)
def test_promises_of_fs(specifier: str, imports: str, call: str) -> None:
    """Its `promises` are such a module."""
    text = f"import {imports} from '{specifier}';\nawait {call}('a')"

    assert [("read", "a")] == _awaited(text)


FS = "import fs, { mkdir } from 'fs/promises';\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{FS}await fs.writeFile('a', b)", [("write", "a")]),
        (f"{FS}await mkdir('a')", [("write", "a")]),
        (f"{FS}await fs.mkdir('a', {{ recursive: true }})", [("make", "a")]),
        (f"{FS}await fs.copyFile('a', 'b')", [("write", "b")]),
        (f"{FS}await fs.open('a'); await fs.stat('b')", [("read", "a"), ("read", "b")]),
        (f"{FS}const a = JSON.parse(await fs.readFile('a'))", [("read", "a")]),
        (f"{FS}(async () => {{ await fs.readFile('a') }})()", [("read", "a")]),
        (f"{FS}await (await fs.open('a')).close()", [("read", "a")]),
        (f"{FS}await fs.copyFile('a')", []),
        (f"{FS}await fs.readFile()", []),
        (f"{FS}await fs.readFile(a)", []),
        (f"{FS}await fs.watch('a')", []),
        (f"{FS}await fs.readFile('a').catch(b)", []),
        (f"{FS}await fs.a.readFile('a')", []),
        (f"{FS}await a.fs.readFile('a')", []),
        (f"{FS}await readFile('a')", []),
        (f"{FS}await fs", []),
        (f"{FS}fs.readFile('a')", []),
        (f"{FS}if (a) await fs.readFile('a')", []),
        (f"{FS}async () => {{ await fs.readFile('a') }}", []),
        (f"{FS}{{ const fs = a; await fs.readFile('a') }}", []),
        (f"{FS}await (async (fs) => {{ await fs.readFile('a') }})(b)", []),
        ("import fs from 'fs';\nawait fs.readFile('a')", []),
        ("import { readFile } from 'fs';\nawait readFile('a')", []),
        ("import { a } from 'fs';\nawait a.promises.readFile('a')", []),
        ("import { a } from 'fs/promises';\nawait a.readFile('a')", []),
        ("import fs from 'path';\nawait fs.promises.readFile('a')", []),
        ("import { promises } from 'path';\nawait promises.readFile('a')", []),
        ("import { readFile } from './a.mjs';\nawait readFile('a')", []),
    ],
)
def test_what_is_awaited(text: str, found: list[tuple[str, str]]) -> None:
    """Only a call of Node's function by a path that is known, which is sure to run."""
    assert found == _awaited(text)
