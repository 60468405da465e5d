"""What ends loading by itself: the first `throw` and the first exit that are sure to run."""

from __future__ import annotations

import pytest

from zipper.checks.load_ends import find_ends
from zipper.checks.syntax import Source


def _ends(text: str, *, is_own: bool = True) -> list[tuple[str, int, str]]:
    found = find_ends(Source(text.encode()), is_own=is_own)
    return [(use.kind, use.line, use.text) for use in found]


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("throw 1", [("throw", 1, "throw 1")]),
        ("\nthrow  new\n  Error('a');", [("throw", 2, "throw new Error('a')")]),
        ("throw 1; throw 2", [("throw", 1, "throw 1")]),
        ("if (a) throw 1;\nthrow 2", [("throw", 2, "throw 2")]),
        ("function f() { throw 1 } f()", [("throw", 1, "throw 1")]),
        ("(() => { throw 1 })()", [("throw", 1, "throw 1")]),
        ("async () => 1;\nthrow 1", [("throw", 2, "throw 1")]),
        ("process.exit(1)", [("exit", 1, "process.exit")]),
        ("process.abort()", [("exit", 1, "process.abort")]),
        ("process.reallyExit(1)", [("exit", 1, "process.reallyExit")]),
        ("process . exit (1)", [("exit", 1, "process . exit")]),
        ("throw 1\nprocess.exit()", [("throw", 1, "throw 1"), ("exit", 2, "process.exit")]),
        (f"throw '{'a' * 72}'", [("throw", 1, f"throw '{'a' * 72}'")]),
        (f"throw '{'a' * 73}'", [("throw", 1, f"throw '{'a' * 73}")]),
        ("() => { throw 1 }", []),
        ("try { throw 1 } catch {}", []),
        ("(async () => { throw 1 })()", []),
        ("async function f() { process.exit() } f()", []),
        ("(async () => { (() => { throw 1 })() })()", []),
        ("a.throw(1); 'throw 1'; // throw 1", []),
        ("process.exit; process.exitCode = 1; process.kill(1)", []),
        ("a.process.exit()", []),
        ("const process = a; process.exit()", []),
        ("(function (process) { process.exit() })(a)", []),
        ("'process.exit()'", []),
    ],
)
def test_what_ends_loading(text: str, ends: list[tuple[str, int, str]]) -> None:
    """Node ends with the error, or with the process; what may be handled is left out."""
    assert ends == _ends(text)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("\nthrow 1", True),
        (" throw 1", False),
        ("\n throw 1", False),
        ("\nthrows(1)", False),
        ("{\nthrow 1 }", True),
    ],
)
def test_packages_are_looked_at_less(text: str, found: bool) -> None:
    """Of a package, and of a very large file, what begins a line counts."""
    large = " " * (200_001 - len(text)) + text
    fits = large[1:]

    assert [("throw", 1 + text.count("\n"), "throw 1")] * found == _ends(text, is_own=False)
    assert found == bool(_ends(large))
    assert ("throw 1" in text) == bool(_ends(fits))


@pytest.mark.parametrize(("number", "found"), [(499, True), (500, False)])
def test_how_many_places_are_looked_at(number: int, found: bool) -> None:
    """Of very many the first."""
    assert found == bool(_ends("if (a) throw 1;" * number + "throw 2"))
