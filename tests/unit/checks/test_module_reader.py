"""What the files of a closure say is read once, and what is read of each kind of file."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, cast

import pytest
from support.checking import Memory

from zipper.checks.file_facts import Facts
from zipper.checks.module_reader import ModuleReader, extension_of, is_own
from zipper.checks.walk import Module
from zipper.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from zipper.checks.file_facts import FactKey
    from zipper.checks.filesystem import FileSystem


NOTHING = Facts(0, False, False, 0, (), (), (), ())  # noqa: FBT003 - a row of the table


class _Kept:
    """What is kept of a part that several zips have."""

    def __init__(self) -> None:
        self.memory: dict[object, object] = {}
        self.lock: AbstractContextManager[object] = nullcontext()


class _Files:
    """The files of a zip, and which of them are read."""

    def __init__(self, files: dict[str, bytes], kept: _Kept | None = None) -> None:
        self._files = files
        self._kept = kept
        self.read_paths: list[str] = []

    def known_at(self, _: str) -> _Kept | None:
        """Return what is kept of the part of the zip that a file is in; nothing by default."""
        return self._kept

    def read(self, path: str, *, limit_bytes: int) -> bytes | None:
        """Return what is in a file.

        Raises:
            ArchiveError: EZIP if it is larger than the limit.
        """
        self.read_paths.append(path)
        if path.endswith("large.js") and limit_bytes == 64 * 1024 * 1024:
            raise ArchiveError("EZIP", "it is too large")
        return self._files.get(path)


def _reader(files: _Files, cache: Memory | None = None, **variables: str) -> ModuleReader:
    return ModuleReader(cast("FileSystem", files), cache, variables)


def _read(name: str, content: bytes) -> Module:
    module = Module(f"/t/{name}", 0, required=True)
    _reader(_Files({module.path: content})).read([module])
    return module


def test_the_last_large_file_is_kept() -> None:
    """The same bytes are parsed once; another file's bytes take their place."""
    reader = _reader(_Files({}))
    one, two = (b"f%d();\n" % number * 30_000 for number in (1, 2))

    first = reader.source_of(one)
    again = reader.source_of(one)
    second = reader.source_of(two)

    assert first is not None
    assert first is again
    assert reader.source_of(b"f();") is not None
    assert second is reader.source_of(two)
    assert second is not None
    assert two == second.content


@pytest.mark.parametrize(("size", "reads"), [(100_000, 2), (100_001, 1)])
def test_a_large_file_is_inflated_once(size: int, reads: int) -> None:
    """The last large one is kept by its path; a small one is read again."""
    files = _Files({"/t/a.js": b" " * size, "/t/b.js": b"b"})
    reader = _reader(files)

    assert [b" " * size, b" " * size] == [reader.content_of("/t/a.js") for _ in range(2)]
    assert ["/t/a.js"] * reads == files.read_paths
    assert (b"b", b"", b"") == tuple(
        reader.content_of(f"/t/{name}.js") for name in ("b", "gone", "large")
    )


@pytest.mark.parametrize(
    ("path", "extension"),
    [
        ("/a/b.js", ".js"),
        ("/a/b.test.mjs", ".mjs"),
        ("/a.b/c", ""),
        ("/a/.env", ".env"),
        ("/a/b.", "."),
        ("b.ts", ".ts"),
    ],
)
def test_extensions(path: str, extension: str) -> None:
    """The extension is of the file's name alone."""
    assert extension == extension_of(path)


def test_whose_a_file_is() -> None:
    """What lies in a `node_modules` belongs to a package."""
    paths = ("/t/a.js", "/t/node_modules/a/b.js", "/t/a/node_modules/b/c.js", "/t/node_modules.js")

    assert [True, False, False, True] == [is_own(path) for path in paths]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.node", "addon"),
        ("a.wasm", "addon"),
        ("a.json", "json"),
        ("large.js", "unread"),
        ("a.js", "other"),
    ],
)
def test_kinds_that_say_enough(name: str, kind: str) -> None:
    """Binaries are not read, JSON has no requests, and what cannot be read says why."""
    module = _read(name, b"require('a')" if kind != "json" else b"{}")

    asked = [request.specifier for request in module.facts.requests]
    problem = "it is too large" if kind == "unread" else None
    assert (kind, ["a"] * (name == "a.js"), problem) == (module.kind, asked, module.problem)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"{}", 0),
        (b'\xef\xbb\xbf{"a": 1}', 0),
        (b"{\n,}", 2),
        (b"", 1),
        (b'{"a": \xff"}', 1),
        (b'"\xff"', 0),
        (b"[" * 100_000, 0),
    ],
)
def test_json(text: bytes, line: int) -> None:
    """JSON that Node does not read has its line; how deep it may be nested is not known."""
    assert NOTHING._replace(syntax_error_line=line) == _read("a.json", text).facts


@pytest.mark.parametrize("extension", ["ts", "mts", "cts"])
def test_types_are_no_errors(extension: str) -> None:
    """Of TypeScript a part is read, whose requests may be types: nothing of it is sure."""
    text = b"require('a'); let b: number = <number>c; type d = 1; let a; let a;"
    typed, plain = _read(f"a.{extension}", text), _read("a.js", text)

    assert (0, ()) == (typed.facts.syntax_error_line, typed.facts.flaws)
    assert plain.facts.syntax_error_line
    assert [] == [request for request in typed.facts.requests if request.level == 0]
    fine = _read(f"a.{extension}", b"require('a')")
    assert [0] == [request.level for request in fine.facts.requests]


def test_what_is_remembered() -> None:
    """Facts and names are found once: by the bytes, whose they are, and the variables they name."""
    memory = Memory()
    files = {"/t/a.js": b"exports.a = require('b')", "/t/node_modules/c/d.js": b"exports.e = 1"}
    kinds: list[set[FactKey]] = []
    for variables in ({}, {"A": "1"}, {"require": "1", "A": "1"}, {"\u00e9": "1"}):
        reader = _reader(_Files(files), memory, **variables)
        modules = [Module(path, 0, required=True) for path in files]
        reader.read(modules)
        names = [reader.find_names(path) for path in files]
        reader.remember()
        kinds.append(set(memory.noted))
        assert [("a",), ("e",)] == [found.exports for found in names if found is not None]
        assert [["b"], []] == [[r.specifier for r in m.facts.requests] for m in modules]

    first, again, named, odd = ([key[0] for key in sorted(keys)] for keys in kinds)
    assert ["facts", "names", "names", "own-facts"] == first == again
    assert ["facts", "names", "names", "own-facts", "own-facts"] == named
    # What is no text of ASCII may be in a file in another form.
    assert ["facts", "facts", "names", "names", *3 * ["own-facts"]] == odd
    assert _reader(_Files({})).find_names("/t/gone.js") is None


@pytest.mark.parametrize(
    "condition",
    [
        "process.env.ABC",
        "process.env['\\x41BC']",
        "process.env['A\\BC']",
        "process.env['A\\u{42}C']",
        "process.env['A\\\nBC']",
        "process['\\x65nv']['\\x41BC']",
        "globalThis['pr\\u006fcess'].env['\\u0041BC']",
        "'\\x41BC' in process.env",
        "/\\\\'/.a || process.env['\\x41BC']",
    ],
)
def test_a_variable_is_named_in_any_spelling(condition: str) -> None:
    """What was remembered with another value of it is not taken."""
    memory, text = Memory(), f"if ({condition}) require('b')".encode()

    def read(cache: Memory, variables: dict[str, str]) -> Facts | None:
        reader = _reader(_Files({"/t/a.js": text}), cache, **variables)
        module = Module("/t/a.js", 0, required=True)
        reader.read([module])
        reader.remember()
        return module.facts

    for variables in ({}, {"ABC": "1"}, {}, {"ABC": ""}, {"OTHER": "1"}):
        assert read(Memory(), variables) == read(memory, variables)
    assert len(memory.noted) == 3


def test_what_was_remembered_is_taken() -> None:
    """Facts of another run are not found again, and nothing new is written."""
    memory, files = Memory(), {"/t/a.js": b"require('b')"}
    for text in (b"require('b')", b"require('c')"):
        reader = _reader(_Files({"/t/a.js": text}), memory)
        module = Module("/t/a.js", 0, required=True)
        reader.read([module])
        reader.remember()
    one, other = memory.noted.items()
    memory.noted = {one[0]: other[1]}
    module = Module("/t/a.js", 0, required=True)
    reader = _reader(_Files(files), memory)
    reader.read([module])
    reader.remember()

    assert ["c"] == [request.specifier for request in module.facts.requests]
    assert 1 == len(memory.noted)


@pytest.mark.parametrize("name", ["a.js", "a.json"])
def test_zips_share_what_is_kept(name: str) -> None:
    """A file of a shared part is read and scanned for the first zip, for the same variables."""
    kept, path = _Kept(), f"/t/{name}"
    content = {"a.js": b"exports.a = require(process.env.A);", "a.json": b"{,}"}[name]
    found, read = [], []
    for variables in ({}, {}, {"A": "./b"}, {"A": "./b"}):
        files, module = _Files({path: content}, kept), Module(path, 0, required=True)
        reader = _reader(files, **variables)
        reader.read([module])
        names = reader.find_names(path)
        found.append((module.kind, module.facts, None if names is None else names.exports))
        read.append(bool(files.read_paths))

    assert [True, False, True, False] == read
    assert found[:1] * 2 == found[:2]
    assert found[2:3] * 2 == found[2:]
    asked = [[request.specifier for request in facts.requests] for _, facts, _ in found]
    assert [[], [], ["./b"], ["./b"]] == asked or name == "a.json"
    assert {"a.js": ("a",), "a.json": ()}[name] == found[0][2]


def test_two_zips_at_once_scan_a_file_once() -> None:
    """Who waited for the other takes what that one found."""
    memory, kept, path = Memory(), _Kept(), "/t/a.js"
    other = NOTHING._replace(syntax_error_line=7)

    @contextmanager
    def wait() -> Iterator[None]:
        kept.memory[path, ()] = other
        yield

    kept.lock = wait()
    module = Module(path, 0, required=True)
    reader = _reader(_Files({path: b"require('a')"}, kept), memory)
    reader.read([module])
    reader.remember()

    assert (other, {}) == (module.facts, memory.noted)


def test_a_project_s_own_file_is_judged_in_any_case() -> None:
    """Of a package's, only what gives a reason is."""
    text = b"'use strict'; delete a;"
    flaws = [bool(_read(name, text).facts.flaws) for name in ("a.js", "node_modules/b/a.js")]

    assert [True, False] == flaws


def test_stretches_of_an_own_large_file_are_remembered() -> None:
    """A bundle that changes in few places is read there alone; packages change as a whole."""
    for path, keys in (
        ("/t/a.js", {"stretches", "own-facts"}),
        ("/t/node_modules/b/a.js", {"facts"}),
    ):
        memory = Memory()
        reader = _reader(_Files({path: b"f(((1)));\n" * 60_000}), memory)
        reader.read([Module(path, 0, required=True)])
        reader.remember()
        assert keys == {key[0] for key in memory.noted}
        first = dict(memory.noted)
        reader = _reader(_Files({path: b"g();" + b"f(((1)));\n" * 60_000}), memory)
        reader.read([Module(path, 0, required=True)])
        reader.remember()
        assert first != memory.noted
