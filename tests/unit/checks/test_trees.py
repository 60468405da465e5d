"""A large file is read in pieces as if it were one tree."""

from __future__ import annotations

import resource

import pytest

from zipper.checks.commonjs_names import find_commonjs_names
from zipper.checks.file_facts import CONDITIONAL, EAGER, LAZY, OPTIONAL
from zipper.checks.file_units import cut, is_large
from zipper.checks.scan import scan
from zipper.checks.trees import Trees

FILLER = "var text = `require('no')`, more = a(b, c) / 2; // require('no')\n/* import('no') */ "


def _wrapped(count: int) -> str:
    """Return a bundle in esbuild's manner: each module requires the next one."""
    modules = [
        f'var require_{n} = __commonJS({{ "m{n}.js"(exports, module) {{ {FILLER * 40}\n'
        f"require('eager{n}'); exports.later = () => require('lazy{n}');\n"
        f"try {{ require('tried{n}') }} catch {{}} if (x) require('maybe{n}');\n"
        + (f"require_{n + 1}();" if n + 1 < count else "")
        + "} });\n"
        for n in range(count)
    ]
    head = "var __commonJS = (a, b) => function () { return b || a[0](b = {}), b };\n"
    return head + "".join(modules) + "require_0(); exports.handler = async (a, b) => 1;\n"


def _iife(count: int) -> str:
    """Return a bundle that is one function called in place, with a table of modules in it."""
    rows = ",".join(
        f"{n}:(e,t,n)=>{{{FILLER * 40} const a=n({n + 1}); t.x = () => require('lazy{n}') }}"
        for n in range(count)
    )
    return f"(()=>{{var m={{{rows}}};require('eager');{FILLER * 500}require('late')}})();\n"


def test_requests_of_a_wrapped_bundle() -> None:
    """Calls are followed from piece to piece, so that each request has its level."""
    facts = scan(_wrapped(60).encode())
    levels = {request.specifier: request.level for request in facts.requests}
    expected = {
        f"{name}{n}": level
        for n in range(60)
        for name, level in (
            ("eager", EAGER),
            ("lazy", LAZY),
            ("tried", OPTIONAL),
            ("maybe", CONDITIONAL),
        )
    }
    assert (expected, False, ()) == (levels, facts.is_partial, facts.flaws)


def test_requests_of_one_large_function() -> None:
    """A function that holds the whole bundle is cut between its statements and in its table."""
    facts = scan(_iife(80).encode())
    levels = {request.specifier: request.level for request in facts.requests}
    expected = {"eager": EAGER, "late": EAGER, **{f"lazy{n}": LAZY for n in range(80)}}
    assert (expected, False) == (levels, facts.is_partial)


def test_lines_and_exports_of_a_large_module() -> None:
    """Lines are counted over all pieces, and exports are found in each."""
    text = "".join(
        f"{FILLER * 30}\nexport const name{n} = 1;\nimport './part{n}.js';\n" for n in range(80)
    )
    facts = scan(text.encode())
    (last,) = [r for r in facts.requests if r.specifier == "./part79.js"]
    assert tuple(f"name{n}" for n in range(80)) == facts.exports
    assert text.count("\n", 0, text.index("./part79")) + 1 == last.line


def test_names_of_a_large_bundle() -> None:
    """What a large CommonJS bundle exports is read as from a small one."""
    assert "handler" in find_commonjs_names(_wrapped(60).encode()).exports


def test_a_function_of_several_pieces_may_return() -> None:
    """What stands behind a `return` in another piece of the same function is not sure to run."""
    text = f"function f() {{ {FILLER * 900}; if (x) return; {FILLER * 900}; require('a') }} f();"
    (request,) = scan(text.encode()).requests
    assert CONDITIONAL == request.level


@pytest.mark.parametrize("text", [_wrapped(160), _iife(200)])
def test_pieces_are_small_and_cover_the_file(text: str) -> None:
    """Every byte stands in exactly one piece, and no piece is much larger than planned."""
    content = text.encode()
    units = cut(content)
    assert is_large(content)
    assert units is not None
    sizes = [u.end - u.start - sum(end - start for start, end in u.holes) for u in units]
    assert len(content) == sum(sizes)
    assert max(sizes) <= 150_000


def test_a_piece_is_mended_where_the_grammar_lacks_something() -> None:
    """A `continue` before a line that begins with a parenthesis hides no request near it."""
    gap = "require('near'); for (;;) { continue\n(0) }"
    facts = scan(_wrapped(60).replace("require('tried7')", f"{gap} require('tried7')", 1).encode())
    levels = {request.specifier: request.level for request in facts.requests}

    assert (OPTIONAL, EAGER, False) == (levels["near"], levels["eager59"], facts.is_partial)


def test_pieces_without_requests_are_not_parsed() -> None:
    """What nothing is looked up in is not parsed: a bundle of 15 MB has a thousand such pieces."""
    body = "x = a(b[1], { c: 2 }); " * 400
    text = "".join(f"function f{n}() {{ {body} }}\n" for n in range(60)) + "require('end');"
    trees = Trees(text.encode())
    loaded = len(trees._kept)

    assert len(trees.units) >= 60
    assert loaded < 10


@pytest.mark.parametrize("count", [400, 800])
def test_a_table_of_modules_is_searched_once(count: int) -> None:
    """Modules of webpack's table have the level at which they are loaded, however many."""
    rows = ",".join(
        f"{n}:(e,t,n)=>{{{FILLER * 8} require('m{n}'); "
        + (f"n({n + 1});" if n + 1 < count and n != 30 else "")
        + "}"
        for n in range(count)
    )
    load = "function load(id) { var e = {}; m[id](e, e, load); return e }"
    facts = scan(f"(() => {{ var m = {{{rows}}}; {load}; load(0); }})();".encode())
    levels = [request.level for request in facts.requests]

    assert [EAGER] * 31 + [LAZY] * (count - 31) == levels


def test_memory_of_a_very_large_script() -> None:
    """A script of 2 MB is parsed within the memory of its pieces."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    trees = Trees(b"x=f(a[0],{b:1});\n" * 130_000)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert not trees.has_error
    assert grown < 210_000
