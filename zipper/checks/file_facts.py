"""What one JavaScript file says about modules, as values that can be remembered.

In: what the scanner found. Out: `Facts` and their compact JSON form. They depend on the file's
bytes alone, never on where it lies, so that a content hash is their key.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zipper.checks.parts import KnownParts

__all__ = [
    "CONDITIONAL",
    "EAGER",
    "LAZY",
    "OPTIONAL",
    "FactKey",
    "Facts",
    "FactsCache",
    "Flaw",
    "Names",
    "Request",
    "Shape",
    "Unfollowed",
    "Use",
    "UseKind",
    "decode_facts",
    "decode_names",
    "encode",
    "find_flaw",
    "read_facts",
    "takes_wrapper",
    "weaken",
]

EAGER: Final = 0
"""Runs whenever the module is loaded."""

CONDITIONAL: Final = 1
"""Runs while the module is loaded, but only in one branch."""

LAZY: Final = 2
"""Runs when a function is called later."""

OPTIONAL: Final = 3
"""A failure is caught."""

RequestKind = Literal["require", "import", "dynamic", "resolve", "shim", "meta"]
"""`shim` is a bundler's stand-in for `require`, `meta` is `import.meta.resolve`."""

UseKind = Literal[
    "read", "write", "make", "worker", "name", "this", "meta", "global", "hook", "throw", "exit"
]


class Request(NamedTuple):
    """One module that a file asks for by a string."""

    specifier: str
    kind: RequestKind
    level: int
    """`EAGER` to `OPTIONAL`."""
    line: int
    """Counted from 1."""
    names: tuple[str, ...]
    """The exports that a static import or re-export names; of a `require` those that the file
    needs while it loads, see `zipper.checks.builtin_uses`."""
    attribute: str = ""
    """The `type` that an import says its module has; `?` where that is computed."""
    instead_of: str = ""
    """The module whose absence is certain to lead here: the request is in the `catch`."""


class Unfollowed(NamedTuple):
    """A request by an expression, and `require` of something that is no string."""

    line: int
    level: int
    expression: str


class Flaw(NamedTuple):
    """An early error: a reason for which some Node, or every one, runs nothing of the file."""

    line: int
    """Counted from 1; 0 where the parser does not know the place."""
    message: str
    """What is there; of syntax that is too new or too old its name."""
    goal: Literal["", "module", "commonjs", "required"] = ""
    """As what the file must be loaded for it to be one; empty for both, `required` where `require`
    reads it, which also Node.js 20's `import` of CommonJS does."""
    since: int = 0
    """The first major version of Node.js that reads it, 0 for none."""
    until: int = 0
    """The first one that does not any more, 0 where `since` says all."""
    is_sure: bool = True
    """False for what the parser itself does not know."""


class Use(NamedTuple):
    """Something that the code does and that the place, or the kind of module, may refuse."""

    kind: UseKind
    level: int
    line: int
    """Counted from 1."""
    text: str
    """A path (see `zipper.checks.constants`), a name, the function that needs it, or the code."""


class Facts(NamedTuple):
    """What the modules' closure needs to know about a file."""

    syntax_error_line: int
    """0 where the file parses."""
    is_module: bool
    """Whether it has syntax that only an ES module may have: import, export, import.meta."""
    awaits: bool
    """Whether it awaits at the top level."""
    uses_commonjs: int
    """The first line that uses `require`, `module` or `exports` while loading, 0 for none."""
    requests: tuple[Request, ...]
    unfollowed: tuple[Unfollowed, ...]
    exports: tuple[str, ...]
    """The names that an ES module exports itself."""
    stars: tuple[str, ...]
    """The specifiers of `export * from`."""
    is_partial: bool = False
    """Whether the file was not read as a whole, so that what was found is not all and not sure."""
    flaws: tuple[Flaw, ...] = ()
    """Early errors beyond those of `syntax_error_line`."""
    uses: tuple[Use, ...] = ()


_OWN_READER_SINCE: Final = 22
"""The first major version whose `import` reads CommonJS itself instead of calling `require`."""
_WRAPPER: Final = ("exports", "require", "module", "__filename", "__dirname")


def takes_wrapper(facts: Facts) -> bool:
    """Return whether a file declares a name that only CommonJS has already.

    Where Node looks into the file for its kind, that makes it an ES module.

    Source: Node.js 22.7 and newer, `ShouldRetryAsESM`.
    """
    is_module = all(flaw.goal != "module" for flaw in facts.flaws)
    taken = {f"a second declaration of `{name}`" for name in _WRAPPER}
    return is_module and any(f.goal == "commonjs" and f.message in taken for f in facts.flaws)


def find_flaw(facts: Facts, kind: str, major: int, *, required: bool) -> Flaw | None:
    """Return why a Node of version `major` refuses a file as `module` or `commonjs`, or None.

    What is sure comes first. `required` says whether `require` reads the file.
    """
    goals = {"", kind}
    if required or (kind == "commonjs" and major < _OWN_READER_SINCE):
        goals.add("required")
    found = [
        flaw
        for flaw in facts.flaws
        if flaw.goal in goals
        and (not (flaw.since or flaw.until) or major < flaw.since or 0 < flaw.until <= major)
    ]
    return next((f for f in found if f.is_sure), found[0] if found else None)


def weaken(facts: Facts) -> Facts:
    """Return `facts` of a file that was read in part: nothing of it is sure to run."""
    return facts._replace(
        uses_commonjs=0,
        requests=tuple(
            r._replace(level=max(r.level, CONDITIONAL), names=()) for r in facts.requests
        ),
        unfollowed=tuple(u._replace(level=max(u.level, CONDITIONAL)) for u in facts.unfollowed),
        is_partial=True,
        uses=(),
    )


class Names(NamedTuple):
    """What a CommonJS file exports, as far as its text tells."""

    exports: tuple[str, ...]
    reexports: tuple[str, ...]
    """Specifiers of modules whose exports are passed on."""
    hidden: tuple[str, ...]
    """What else the code exports, which `import` by name does not see."""
    is_complete: bool
    """Whether nothing else in the file can add an export."""


class Shape(NamedTuple):
    """What the loader finds under the handler's name."""

    kind: Literal["function", "no-function", "unsure"]
    length: int = 0
    """Parameters of a function; 0 also where that is not known."""


FactKey = tuple[str, ...]
"""A kind of fact, and all that it depends on, a content's hash among it."""


class FactsCache(Protocol):
    """Remembers what this code found in a file or in a part of a zip."""

    @property
    def parts(self) -> KnownParts:
        """The parts of zips that this run has met."""
        ...

    def get_many(self, keys: Iterable[FactKey]) -> Mapping[FactKey, bytes]:
        """Return what is known; keys that are not known are left out."""
        ...

    def put_many(self, values: Mapping[FactKey, bytes]) -> None:
        """Remember `values`; a failure to do so is no error."""
        ...


def encode(value: tuple[object, ...]) -> bytes:
    """Return `value` as compact JSON."""
    return json.dumps(value, separators=(",", ":")).encode()


def decode_facts(text: bytes) -> Facts | None:
    """Return the facts in `text`, or None where it holds none (an old form, a damaged row)."""
    try:
        return read_facts(json.loads(text))
    except (ValueError, TypeError):
        return None


def read_facts(row: Any) -> Facts:  # noqa: ANN401  (what JSON holds)
    """Return facts of what JSON made of them.

    Raises:
        TypeError, ValueError: they are none.
    """
    error, module, awaits, commonjs, requests, unfollowed, exports, stars, *more = row
    partial, flaws, uses = more
    return Facts(
        error,
        module,
        awaits,
        commonjs,
        tuple(
            [
                Request(s, k, level, line, tuple(names), *rest)
                for s, k, level, line, names, *rest in requests
            ]
        ),
        tuple([Unfollowed(*item) for item in unfollowed]),
        tuple(exports),
        tuple(stars),
        partial,
        tuple([Flaw(*item) for item in flaws]),
        tuple([Use(*item) for item in uses]),
    )


def decode_names(text: bytes) -> Names | None:
    """Return the names in `text`, or None where it holds none."""
    try:
        exports, reexports, hidden, is_complete = json.loads(text)
        return Names(tuple(exports), tuple(reexports), tuple(hidden), is_complete)
    except (ValueError, TypeError):
        return None
