"""Texts and places that expressions are sure to mean, by JavaScript's rules and Node's paths."""

from __future__ import annotations

import pytest

from zipper.checks.constants import HERE, ITSELF, ROOT, Constants, from_root, place_of
from zipper.checks.syntax import Source

PATH = "const path = require('path'), url = require('url'), { join } = path;"


def _value(text: str, before: str = "", *, is_sure: bool = False, **options: bool) -> str | None:
    """Return what the last argument of `last(...)` means."""
    content = f"{before}\nlast({text})" if "last(" not in before else before.replace("@", text)
    source = Source(content.encode(), {"GIVEN": "g", "N" * 17: "n", "N" * 18: "m"})
    path = source.path_to(source.content.index(b"last("))[:-1]
    arguments = path[-1].child_by_field_name("arguments")
    assert arguments is not None
    node = [child for child in arguments.named_children if child.type != "comment"][-1]
    constants = Constants(source, **options)
    return (constants.sure_value_of if is_sure else constants.value_of)(path, node)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'a'", "a"), ("`a`", "a"), ("''", ""), ("'\\x61'", "a"), ("('a')", "a"), ("'a' + 'b'",
        "ab"),
        ("'a' + ('b' + `c`)", "abc"), ("`a${'b'}c`", "abc"), ("`${'a'}${'b'}`",
        "ab"), ("'' || 'a'", "a"),
        ("'a' || 'b'", "a"), ("'' ?? 'a'", ""), ("'a' ?? 'b'", "a"), ("true ? 'a' : 'b'", "a"),
        ("false ? 'a' : 'b'", "b"), ("String.raw`a\\b`", "a\\b"), ("process.env.GIVEN", "g"),
        (f"process.env.{'N' * 17}", "n"), ("__dirname", HERE), ("import.meta.dirname", HERE),
        ("__filename", ITSELF), ("import.meta.url", ITSELF), ("import.meta.filename", ITSELF),
        ("process.cwd()", ROOT), ("process.env.LAMBDA_TASK_ROOT", ROOT),
        ("__dirname + '/a'", f"{HERE}/a"),
        ("`${__dirname}/a`", f"{HERE}/a"), ("'' + __dirname", HERE),
        ("path.join(__dirname, 'a')", f"{HERE}/a"),
        ("path.join(__dirname, 'a', '../b')", f"{HERE}/a/../b"),
        ("join(__dirname, '/a')", f"{HERE}//a"),
        ("path.resolve(__dirname, 'a')", f"{HERE}/a"), ("path.join(__dirname)", HERE),
        ("path.dirname(__filename)", HERE), ("path.dirname(__dirname)", f"{HERE}/.."),
        ("path.dirname(__dirname + '/a')", f"{HERE}/a/.."),
        ("url.fileURLToPath(import.meta.url)", ITSELF),
        ("url.pathToFileURL(__filename)", ITSELF), ("new URL('a', import.meta.url)", f"{HERE}/a"),
        ("new URL('./a', import.meta.url).pathname", f"{HERE}/./a"),
        ("new URL('a', import.meta.url).href", f"{HERE}/a"),
        ("url.fileURLToPath(new URL('a', import.meta.url))", f"{HERE}/a"),
        ("(path.join)(__dirname, 'a')", f"{HERE}/a"),
        ("path.join(/* b */ __dirname, 'a')", f"{HERE}/a"),
        (f"{'(' * 20}'a'{')' * 20}", "a"), ("typeof window === 'undefined' ? 'a' : 'b'", "a"),
    ],
)  # fmt: skip
def test_what_is_known(text: str, value: str) -> None:
    """A literal, what is made of literals and places, and what Node's functions make of these."""
    assert value == _value(text, PATH)


@pytest.mark.parametrize(
    "text",
    [
        "a", "1", "null", "a + 'b'", "'a' + b", "'a' - 'b'", "'a' && 'b'", "a || 'b'",
        "`a${b}`", "`${1}`",
        "`\\n${'a'}`", "b`a`", "b.raw`a`", "String.raw`a${'b'}`", "a ? 'b' : 'c'", "f('a')",
        "new F('a')",
        "process.env.OTHER", f"process.env.{'N' * 18}", "a.__dirname", "__dirname + 'a'",
        "'a' + __dirname",
        "`a${__dirname}`", "__dirname + __dirname", "path.join('a', 'b')",
        "path.join(a, __dirname)",
        "path.join(__dirname, a)", "path.join()", "path.relative(__dirname, 'a')",
        "path.dirname(__dirname, 'a')",
        "path.resolve(__dirname, '/a')", "path.resolve(__dirname, __filename)",
        "path.join(__dirname, __filename)",
        "url.fileURLToPath(__filename, 'a')", "new URL('a')", "new URL('/a', import.meta.url)",
        "new URL('data:a', import.meta.url)", "new URL('a', __dirname)",
        "new URL('a', 'b', import.meta.url)",
        "new URL('a', import.meta.url).search", "f(__dirname).pathname", "'a'.href",
        "require.resolve('./a')",
        f"{'(' * 21}'a'{')' * 21}", f"path.join(__dirname{', `a`' * 10})",
    ],
)  # fmt: skip
def test_what_is_not_known(text: str) -> None:
    """A name of something else, a function that is none of Node's, a place within a text."""
    assert _value(text, PATH) is None


def test_how_many_parts_a_path_may_have() -> None:
    """Ten arguments are looked at."""
    assert f"{HERE}{'/a' * 9}" == _value(f"path.join(__dirname{', `a`' * 9})", PATH)


@pytest.mark.parametrize(("size", "is_known"), [(4_096, True), (4_097, False)])
def test_how_long_a_text_may_be(size: int, is_known: bool) -> None:
    """Of a longer one nothing is said, where it is made of parts."""
    text = "a" * (size - 1)
    expected = f"{text}b" if is_known else None

    assert [expected] * 2 == [_value(f"'{text}' + 'b'"), _value(f"`{text}${{'b'}}`")]


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ("const a = 'b';", "b"),
        ("let a = 'b';", "b"),
        ("var c, a = 'b';", "b"),
        ("const b = '/c', a = __dirname + b;", f"{HERE}/c"),
        ("const a = b, b = 'c';", "c"),
        ("let a; a = 'b';", None),
        ("let a = 'b'; a = 'c';", None),
        ("let a = 'b'; a += 'c';", None),
        ("let a = 'b'; a ??= 'c';", None),
        ("let a = 'b'; { let a = 'c'; }", None),
        ("let a = 'b'; c.a = 'd';", "b"),
        ("let a = 'b'; f(a == 'c'); (c) => a;", "b"),
        ("const { a } = 'b';", None),
        ("const [a = 'b'] = [];", None),
        ("const a = a;", None),
        ("f(); function f() { const a = 'b' }", None),
        ("let a; let b = 'c';", None),
        ("import a from 'b';", None),
        ("const a = 'b'; ((a) => { last(@) })('c');", None),
        ("const a = 'b'; (() => { last(@) })();", "b"),
        ("for (const a of ['b']) last(@);", None),
    ],
)
def test_names_of_constants(before: str, value: str | None) -> None:
    """A name that the top level declares once, and that nothing gives another value."""
    assert value == _value("a", before)


def test_constants_of_functions() -> None:
    """They count where that is wanted, and no other has their name."""
    code = "function f() { const a = 'b'; last(@) }"

    assert [None, "b"] == [_value("a", code, inner=inner) for inner in (False, True)]
    assert _value("a", f"{code} function g() {{ const a = 'c' }}", inner=True) is None
    assert _value("a", "function f(a) { last(@) }", inner=True) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("require.resolve('./a')", f"{HERE}/./a"),
        ("require.resolve('../a')", f"{HERE}/../a"),
        ("import.meta.resolve('./a')", f"{HERE}/./a"),
        ("path.dirname(require.resolve('./a'))", f"{HERE}/./a/.."),
        ("require.resolve('a')", None),
        ("require.resolve('./a', b)", None),
        ("require.resolve(a)", None),
        ("a.resolve('./b')", None),
    ],
)
def test_what_is_resolved(text: str, value: str | None) -> None:
    """A path is resolved from the file's folder, where that is wanted."""
    assert value == _value(text, PATH, resolves=True)


def test_what_another_file_may_change() -> None:
    """What rests on a global that Node lacks is not sure; the next value may be."""
    choice = "typeof window === 'undefined' ? 'a' : 'b'"

    assert _value(choice, is_sure=True) is None
    assert _value(f"'c' + ({choice})", is_sure=True) is None
    assert "a" == _value("typeof process === 'object' ? 'a' : 'b'", is_sure=True)
    assert "a" == _value("'a'", is_sure=True)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        (HERE, "/t/a"),
        (f"{HERE}/b", "/t/a/b"),
        (f"{HERE}/./b//c/", "/t/a/b/c"),
        (f"{HERE}/..", "/t"),
        (f"{HERE}/../b", "/t/b"),
        (f"{HERE}/../../../b", "/b"),
        (ITSELF, "/t/a/i.js"),
        (f"{ITSELF}/../b", "/t/a/b"),
        (ROOT, "/r"),
        (f"{ROOT}/b", "/r/b"),
        ("b", None),
        ("/b", None),
        ("", None),
    ],
)
def test_places(value: str, place: str | None) -> None:
    """A path that begins at the file's folder, at the file, or at the current folder."""
    assert place == place_of(value, "/t/a/i.js", "/r")


def test_paths_from_the_current_folder() -> None:
    """`fs` reads a path that begins nowhere else from there."""
    values = ("a", "./a", "/a", f"{HERE}/a", ITSELF, f"{ROOT}/a")

    expected = [f"{ROOT}/a", f"{ROOT}/./a", "/a", f"{HERE}/a", ITSELF, f"{ROOT}/a"]
    assert expected == [from_root(value) for value in values]
