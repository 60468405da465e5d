"""What global names, and members of what Node provides, are in every Node on Lambda.

In: a dotted name. Out: its value: a text, a truth, None for `undefined`, or a `Thing` of which only
the type is known. Names that versions have differently (`navigator`, `crypto`; `fetch` is none of
Node 16) are left out, and so is `require.main`, which a custom runtime has.
"""

from __future__ import annotations

from typing import Final, TypeVar

from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

__all__ = [
    "COMMONJS",
    "GLOBALS",
    "LAMBDA_VARIABLES",
    "MEMBERS",
    "NULL",
    "Known",
    "Thing",
    "UndecidedError",
    "are_equal",
    "compare",
    "is_true",
    "number",
    "sure_type",
]

_T = TypeVar("_T", str, float)


class Thing(NamedTuple):
    """A value that is neither `undefined` nor `null`, nor anything that counts as false."""

    type: str
    """What `typeof` says; empty where that is not known."""


class UndecidedError(Exception):
    """The way out of an expression that has no value which the text tells."""


class Null:
    """The type of `null`."""


NULL: Final = Null()
Known = str | bool | float | Thing | Null | None
"""None is `undefined`."""

_OBJECTS: Final = """process global globalThis console JSON Math Reflect Intl Atomics
    WebAssembly"""
_FUNCTIONS: Final = """Buffer setImmediate setTimeout setInterval clearTimeout clearInterval
    clearImmediate queueMicrotask eval parseInt parseFloat isNaN
    Object Array Function String Number Boolean Symbol Error TypeError RegExp Date Promise Proxy Map
    Set WeakMap WeakSet WeakRef FinalizationRegistry BigInt ArrayBuffer SharedArrayBuffer DataView
    Uint8Array Int8Array Uint8ClampedArray Uint16Array Int16Array Uint32Array Int32Array
    Float32Array Float64Array BigInt64Array BigUint64Array URL URLSearchParams TextEncoder
    TextDecoder"""
_ABSENT: Final = """window document define importScripts XMLHttpRequest WorkerGlobalScope
    HTMLElement Deno Bun EdgeRuntime jest ActiveXObject chrome __non_webpack_require__"""
GLOBALS: Final[dict[bytes, Known]] = {
    **dict.fromkeys(_OBJECTS.encode().split(), Thing("object")),
    **dict.fromkeys(_FUNCTIONS.encode().split(), Thing("function")),
    **dict.fromkeys(_ABSENT.encode().split()),
}
COMMONJS: Final[dict[bytes, Known]] = {
    b"require": Thing("function"),
    b"module": Thing("object"),
    b"exports": Thing("object"),
    b"__filename": Thing("string"),
    b"__dirname": Thing("string"),
}
"""What the files of CommonJS have besides."""
MEMBERS: Final[dict[bytes, Known]] = {
    b"require.resolve": Thing("function"),
    b"require.resolve.paths": Thing("function"),
    b"require.cache": Thing("object"),
    b"require.extensions": Thing("object"),
    b"module.exports": Thing("object"),
    b"module.require": Thing("function"),
    b"module.id": Thing("string"),
    b"module.filename": Thing("string"),
    b"module.paths": Thing("object"),
    b"module.hot": None,
    b"process.platform": "linux",
    b"process.type": None,
    b"process.browser": None,
    b"process.pkg": None,
    b"process.__nwjs": None,
    b"process.env": Thing("object"),
    b"process.argv": Thing("object"),
    b"process.stdout": Thing("object"),
    b"process.stderr": Thing("object"),
    b"process.pid": Thing("number"),
    b"process.arch": Thing("string"),
    b"process.execPath": Thing("string"),
    b"process.version": Thing("string"),
    b"process.release": Thing("object"),
    b"process.release.name": "node",
    b"process.versions": Thing("object"),
    b"process.versions.node": Thing("string"),
    b"process.versions.v8": Thing("string"),
    b"process.versions.bun": None,
    b"process.versions.electron": None,
    b"process.versions.nw": None,
    b"process.versions.pnp": None,
    **dict.fromkeys(
        (b"process.cwd", b"process.on", b"process.nextTick", b"process.exit", b"process.hrtime"),
        Thing("function"),
    ),
    **dict.fromkeys(
        (b"process.emitWarning", b"process.memoryUsage", b"process.uptime"), Thing("function")
    ),
    **dict.fromkeys((b"Buffer.from", b"Buffer.alloc", b"Buffer.isBuffer"), Thing("function")),
    **dict.fromkeys((b"Array.isArray", b"Object.assign", b"Object.entries"), Thing("function")),
    b"Symbol.iterator": Thing("symbol"),
    b"Symbol.asyncIterator": Thing("symbol"),
}
LAMBDA_VARIABLES: Final = late_pattern(
    rb"AWS_LAMBDA_(?:FUNCTION_(?:NAME|VERSION|MEMORY_SIZE)|RUNTIME_API)|AWS_(?:DEFAULT_)?REGION"
    rb"|LAMBDA_TASK_ROOT"
)
"""Variables that Lambda sets for every function, and that no function can set.

Source: AWS, Using Lambda environment variables, Defined runtime environment variables.
"""


def _type_of(value: Known) -> str:
    """Return what `typeof` says of a value; empty where that is not known."""
    if value is None:
        return "undefined"
    if isinstance(value, Thing):
        return value.type
    names = {str: "string", bool: "boolean", float: "number"}
    return names.get(type(value), "object")


def is_true(value: Known) -> bool:
    """Return what a condition makes of a value."""
    return value is not NULL and bool(value)


def sure_type(value: Known) -> str:
    """Return what `typeof` says of a value, where that is known."""
    kind = _type_of(value)
    if not kind:
        raise UndecidedError
    return kind


def number(text: bytes) -> float:
    """Return the value of a decimal number; not of `017`, which is octal in scripts."""
    if text[:1] == b"0" and text[1:2].isdigit():
        raise UndecidedError
    try:
        return float(text.decode())
    except ValueError:
        raise UndecidedError from None


def are_equal(one: Known, other: Known, *, is_loose: bool) -> bool:
    """Return whether two values are equal, by `==` where `is_loose`."""
    empty = (None, NULL)
    if one in empty or other in empty:
        return one == other or (is_loose and one in empty and other in empty)
    kinds = _type_of(one), _type_of(other)
    if kinds[0] and kinds[1] and kinds[0] != kinds[1] and not is_loose:
        return False
    if isinstance(one, Thing) or isinstance(other, Thing) or kinds[0] != kinds[1]:
        raise UndecidedError
    return one == other


def compare(one: Known, other: Known, operator: str) -> bool:
    """Return what an order says of two texts or numbers; minifiers write `typeof x < "u"`."""
    if isinstance(one, str) and isinstance(other, str):
        return _order(one, other, operator)
    if type(one) is float and type(other) is float:
        return _order(one, other, operator)
    raise UndecidedError


def _order(one: _T, other: _T, operator: str) -> bool:
    is_less, is_same = one < other, one == other
    answers = {"<": is_less, "<=": is_less or is_same, ">": not is_less and not is_same}
    answers[">="] = not is_less
    if operator not in answers:
        raise UndecidedError
    return answers[operator]
