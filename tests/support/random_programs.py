"""Random programs with one request for an absent module, to learn when code is sure to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

__all__ = ["HEAD", "make_program"]

HEAD = (
    "var E = 0, F = () => 0, T = () => 1, O = { id: (x) => x, none: [] };\n"
    "var f = () => 0, g = () => 0, h = () => 0; exports.handler = async () => 1;\n"
)
_GONE = "require('./gone')"
_LEAVES = ("0", "1", "E", "null", "undefined", '""', "process.env.ABSENT", "F()", "T()")
_EXPRESSIONS = (
    *("(@ && @)", "(@ || @)", "(@ ?? @)", "(@ ? @ : @)", "[@, @]", "typeof (@)", "`${@}`"),
    "({ a: @, get b() { return @ }, c() { return @ }, ...(@) })",
    *("((x = @) => @)", "(function () { # })()", "(() => { # })(@)", "((@), (@))"),
    *("O?.p?.q(@)", "O.id(@)", "%(@)", "[@].map(() => @)", "[].map(() => @)"),
    *("[...O.none].map(() => @)", "(function* () { # })()", "(([p = @]) => p)([1])"),
    "new (class { z = @; constructor() { # } })()",
    "(class { static z = @; m() { # } static { @; } })",
    *(_GONE, _GONE),
)
_STATEMENTS = (
    *("if (@) { # } else { # }", "for (const q of [1]) { # }", "for (const q of []) { # }"),
    *("for (let i = 0; i < 1; i++) { # }", "for (let i = 0; i < 2; i++) { # break; }"),
    *("do { if (@) break; # } while (0);", "do { # } while (0);", "try { # } finally { # }"),
    *("try { # } catch (e) { # }", "try { # } catch (e) { # throw e; }"),
    *("switch (@) { case 1: # break; default: # }", "L: { if (@) break L; # }"),
    *("function %() { # }", "async function %() { # }", "function* %() { # }", "%(@);", "%?.(@);"),
    *("var % = () => { # };", "var % = async () => { # };", "% = () => { # };"),
    *("{ let % = function () { # }; # }", "return @;", "if (@) return;", "%().catch?.(() => 1);"),
    *("for (;;) { # if (@) break; # break; }", "new %();"),
    *("while (typeof window > 'u') { #; throw @; }", "if (typeof module < 'u') { # } else { # }"),
    *("var Kay = true; if (Kay) { # } else { # }", "(async () => { await 1; # })();"),
    *("var { a = @ } = { a: 1 };", "var { a = @ } = {};", "new Promise((ok) => { # });"),
    *("new Promise((ok) => { # }).catch(() => 1);", "Promise.resolve().then(() => { # });"),
    *("{ class A { constructor() { # } } }", "@;", "@;"),
)


def make_program(random: Random) -> str:
    """Return a program that mentions the absent module once."""
    while True:
        maker = _Maker(random)
        body = "\n".join(maker.statement(random.randrange(2, 5)) for _ in range(5))
        if maker.has_asked:
            return HEAD + body


class _Maker:
    def __init__(self, random: Random) -> None:
        self._random = random
        self.has_asked = False

    def statement(self, depth: int) -> str:
        return "E;" if depth <= 0 else self._fill(self._random.choice(_STATEMENTS), depth)

    def _expression(self, depth: int) -> str:
        pattern = self._random.choice(_LEAVES if depth <= 0 else _EXPRESSIONS)
        if pattern == _GONE:
            pattern = "E" if self.has_asked else _GONE
            self.has_asked = True
            return pattern
        return self._fill(pattern, depth)

    def _fill(self, pattern: str, depth: int) -> str:
        """Put an expression for each `@`, statements for each `#`, and one name for all `%`."""
        name, parts = self._random.choice("fgh"), []
        for sign in pattern:
            if sign == "@":
                parts.append(self._expression(depth - 1 - self._random.randrange(2)))
            elif sign == "#":
                parts.append(" ".join(self.statement(depth - 1) for _ in range(2)))
            else:
                parts.append(name if sign == "%" else sign)
        return "".join(parts)
