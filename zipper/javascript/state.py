"""What the parser knows at one place: the token, the scopes, what the code around it permits.

In: text. Out: a `Parser`, on which the modules of the grammar work. The grammar is one circle
(expressions hold functions, functions hold statements), so that its modules reach one another
through `Rules`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from zipper.javascript.scopes import LEXICAL, Scope
from zipper.javascript.syntax_errors import Feature, NotJavaScriptError
from zipper.javascript.tokens import END, NAME, PUNCTUATOR, Reader, words
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["PLAIN", "RESERVED", "STRICT", "UNBOUND", "Context", "Parser", "Rules"]

RESERVED: Final = words(
    "break case catch class const continue debugger default delete do else enum export "
    "extends false finally for function if import in instanceof new null return super "
    "switch this throw true try typeof var void while with"
)
"""Words that are never names."""
STRICT: Final = words("implements interface let package private protected public static yield")
"""Words that are no names in strict code."""
UNBOUND: Final = ("eval", "arguments")
"""Names that strict code may use and not bind or assign to."""


class Context(NamedTuple):
    """What the function around a place permits."""

    is_async: bool = False
    is_generator: bool = False
    returns: bool = False
    has_super_property: bool = False
    has_super_call: bool = False
    has_new_target: bool = False
    no_arguments: bool = False
    """In a field's value or a static block."""
    no_await: bool = False
    """In a static block, where `await` is no name either."""
    in_parameters: bool = False
    """Where neither `yield` nor `await` may be an expression."""


PLAIN: Final = Context(returns=True, has_new_target=True)
"""An ordinary function's, and that of CommonJS."""


class ParseAssignment(Protocol):
    """`zipper.javascript.expressions.parse_assignment`."""

    def __call__(self, p: Parser, *, covers: bool = False) -> str:
        """Step over an expression without commas; return what it is as a target."""
        ...


class Rules(NamedTuple):
    """The parts of the grammar that modules below their own reach."""

    assignment: ParseAssignment
    expression: Callable[[Parser], str]
    left_side: Callable[[Parser], str]
    statement: Callable[[Parser], None]
    statement_list: Callable[[Parser], None]


class Parser(Reader):
    """A reader that knows scopes and contexts."""

    __slots__ = (
        "arrow_start",
        "context",
        "cover",
        "exported",
        "exports",
        "features",
        "labels",
        "loops",
        "needs_module",
        "no_in",
        "privates",
        "rules",
        "scope",
        "strict",
        "switches",
    )

    def __init__(self, text: str, *, is_module: bool, rules: Rules) -> None:
        super().__init__(text, is_module=is_module)
        self.rules = rules
        self.strict = is_module
        self.context = Context(is_async=True) if is_module else PLAIN
        self.scope = Scope(None, holds_var=True, is_module=is_module)
        self.labels: dict[str, bool] = {}
        """Whether each label in force is a loop's."""
        self.loops = 0
        self.switches = 0
        self.no_in = False
        self.needs_module = False
        """Whether something is there that only an ES module has."""
        self.cover = -1
        """Where something is that only a pattern may have, `{ a = 1 }`; -1 for nowhere."""
        self.arrow_start = -1
        """Where an expression begins that may be an arrow function."""
        self.features: list[Feature] = []
        self.exported: set[str] = set()
        self.exports: dict[str, int] = {}
        """The local names that are exported, and where."""
        self.privates: list[tuple[dict[str, str], dict[str, int]]] = []
        """For each class around: the private names that it has, and those that it uses."""

    def fail(self, message: str, offset: int | None = None) -> NotJavaScriptError:
        """Return the error of this token, or of another place."""
        return NotJavaScriptError(self.start if offset is None else offset, message)

    def unexpected(self) -> NotJavaScriptError:
        """Return the error of a token that is not allowed here."""
        if self.kind == END:
            return self.fail("an unexpected end")
        text = self.text[self.start : self.end]
        return self.fail(f"an unexpected `{text[:40]}`")

    def take(self, value: str) -> bool:
        """Step over the punctuator or word `value` if it is the token."""
        if self.value == value:
            self.advance()
            return True
        return False

    def expect(self, value: str) -> None:
        """Step over `value`.

        Raises:
            NotJavaScriptError: if another token is there.
        """
        if self.value != value:
            raise self.unexpected()
        self.advance()

    def end_statement(self) -> None:
        """Step over a semicolon, or over none where one is inserted.

        Raises:
            NotJavaScriptError: if none may be inserted.
        """
        if self.value == ";":
            self.advance()
        elif not (self.newline or self.value == "}" or self.kind == END):
            raise self.unexpected()

    def peek(self) -> tuple[str, str, bool]:
        """Return kind, value and `newline` of the next token."""
        mark = self.mark()
        self.advance()
        found = self.kind, self.value, self.newline
        self.reset(mark)
        return found

    def note(self, name: str, since: int, *, until: int = 0, offset: int | None = None) -> None:
        """Note syntax that only some Nodes read."""
        line = self.line_of(self.start if offset is None else offset)
        self.features.append(Feature(name, line, since, until))

    def check_name(self, *, is_bound: bool) -> str:
        """Return the name that is the token, as a reference or as something that is bound.

        Raises:
            NotJavaScriptError: if it is none here.
        """
        word, context = self.word, self.context
        if self.kind != NAME or word in RESERVED:
            raise self.unexpected()
        if self.strict and (word in STRICT or (is_bound and word in UNBOUND)):
            raise self.fail(f"`{word}` as a name in strict code")
        if word == "yield" and context.is_generator:
            raise self.fail("`yield` as a name in a generator")
        if word == "await" and (context.is_async or context.no_await or self.is_module):
            raise self.fail(
                "`await` outside of async functions" if not is_bound else "`await` as a name"
            )
        if word == "arguments" and context.no_arguments:
            raise self.fail("`arguments` in a field or a static block")
        return word

    def declare(self, name: str, kind: str, offset: int) -> None:
        """Declare a name that is at `offset`.

        Raises:
            NotJavaScriptError: if it is declared already.
        """
        if kind == LEXICAL and name == "let":
            raise self.fail("`let` as the name of a `let`, `const` or class", offset)
        if not self.scope.declare(name, kind):
            raise self.fail(f"a second declaration of `{name}`", offset)

    def is_at(self, *values: str) -> bool:
        """Return whether the token is one of some punctuators or words."""
        return self.kind in (NAME, PUNCTUATOR) and self.value in values
