"""What keeps a file out of a bundle: code that no longer works away from its own place.

In: one JavaScript file. Out: `Limit`s, each with its line. They depend on the file's bytes alone.

Source: esbuild's documentation, "Bundling for node"; Node.js, `Module.prototype.require`.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from zipper.checks.source_text import count_declarations
from zipper.checks.syntax import is_shadowed, literal, open_source
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["Limit", "LimitKind", "find_limits"]

LimitKind = Literal["place", "computed", "name", "hook"]
"""`place`: where the file lies; `computed`: a module by a computed path; `name`: one by a computed
name, which means the same anywhere; `hook`: patches of how other modules are loaded."""

_SIGNS: Final = late_pattern(
    rb"__dirname|__filename|import\.meta\.|createRequire|dlopen"
    rb"|\brequire\s*\(\s*[^'\"\s)]|\brequire\s*\(\s*(?:'[^'\n]*'|\"[^\"\n]*\")\s*\+"
    rb"|\brequire\.resolve|\brequire\s*[,;)\]}]|\bimport\s*\(\s*[^'\"\s]"
    rb"|Module\.prototype|\._load\b|_resolveFilename|registerHooks|\.register\s*\("
    rb"|['\"](?:node:)?module['\"]"
)
"""What every file with a limit has one of: most files are done after a look for these."""
_PATCHES: Final = late_pattern(
    rb"\bModule\.prototype\.require\s*=(?!=)|\bModule\._(?:load|resolveFilename)\s*=(?!=)"
    rb"|\b[Mm]odule\.register(?:Hooks)?\s*\("
    rb"|\{[^{}]*\bregister(?:Hooks)?\b[^{}]*\}\s*(?:=\s*require\s*\(|from)"
    rb"\s*['\"](?:node:)?module['\"]"
)
_RELATIVE: Final = late_pattern(rb"['\"`]\.{1,2}/")
_RELATIVE_ASKED: Final = late_pattern(
    rb"(?:\brequire(?:\.resolve)?\s*\(\s*|\bimport\s*\(?\s*|\bfrom\s*)['\"]\.{1,2}/"
)
_ENDED: Final = late_pattern(rb"\.\w+['\"`]\Z")
_SHOWN_MAX: Final = 100
_PLACES_MAX: Final = 2_000
_WORDS: Final = (b"__dirname", b"__filename", b"import", b"require", b"createRequire", b"dlopen")


class Limit(NamedTuple):
    """One reason."""

    kind: LimitKind
    line: int
    """Counted from 1."""
    text: str
    """The expression, as it is in the file."""


def find_limits(content: bytes) -> tuple[Limit, ...]:
    """Return what keeps a file with this content out of a bundle, each expression once."""
    if _SIGNS.search(content) is None:
        return ()
    source = open_source(content)
    if source is None:
        return (Limit("computed", 1, "a file that is too large to be read"),)
    found = [*_find_hooks(source.content), *_find_all(source)]
    return tuple(sorted(dict.fromkeys(found), key=_line_of))


def _line_of(limit: Limit) -> int:
    return limit.line


def _find_hooks(content: bytes) -> Iterator[Limit]:
    match = _PATCHES.search(content)
    if match is not None:
        text = re.sub(r"\s+", " ", match[0].decode("utf-8", "replace")).rstrip("= (")
        yield Limit("hook", content.count(b"\n", 0, match.start()) + 1, text[:_SHOWN_MAX])


def _find_all(source: Source) -> Iterator[Limit]:
    relative = len(_RELATIVE.findall(source.content))
    is_relative = relative > len(_RELATIVE_ASKED.findall(source.content))
    for path in islice(source.find_words(*_WORDS), _PLACES_MAX):
        node = path[-1]
        if len(path) < 3 or path[-2].type == "unary_expression":
            continue
        if node.type == "import":
            yield from _find_imported(source, path, is_relative=is_relative)
        elif node.type == "property_identifier":
            yield from _find_member(source, path)
        elif node.type in ("identifier", "shorthand_property_identifier") and not is_shadowed(
            source, path
        ):
            yield from _find_name(source, path, is_relative=is_relative)


def _find_member(source: Source, path: list[Node]) -> Iterator[Limit]:
    """Look at `x.dlopen` and `module.createRequire()`."""
    name = source.text_of(path[-1])
    if name == b"dlopen":
        yield _limit("place", source, path[-2])
    elif name == b"createRequire" and _is_called(path[-3], path[-2]):
        yield _limit("place", source, path[-3])


def _find_name(source: Source, path: list[Node], *, is_relative: bool) -> Iterator[Limit]:
    """Look at a name that no function around it has as a parameter."""
    name = source.text_of(path[-1])
    if name == b"createRequire":
        if _is_called(path[-2], path[-1]):
            yield _limit("place", source, path[-2])
    elif count_declarations(source.content, name):
        return
    elif name == b"require":
        yield from _find_required(source, path, is_relative=is_relative)
    elif name in (b"__dirname", b"__filename"):
        yield _limit("place", source, path[-2])


def _find_imported(source: Source, path: list[Node], *, is_relative: bool) -> Iterator[Limit]:
    """Look at one `import`: `import.meta` and its members, or a call."""
    if path[-2].type == "meta_property":
        member = path[-3] if len(path) > 2 else path[-2]
        name = member.child_by_field_name("property")
        text = b"" if name is None else source.text_of(name)
        # These are of the package itself, in whichever file they are used.
        if text in (b"url", b"dirname", b"filename", b"resolve") and not _is_typeof(path):
            yield _limit("place", source, path[-4] if len(path) > 3 else member)
    elif path[-3].type == "call_expression":
        yield from _judge_call(source, path[-3], is_relative=is_relative)


def _find_required(source: Source, path: list[Node], *, is_relative: bool) -> Iterator[Limit]:
    """Look at one `require`: a call, a member, or the function itself as a value."""
    node, parent = path[-1], path[-2]
    if _is_called(parent, node):
        yield from _judge_call(source, parent, is_relative=is_relative)
    elif parent.type == "member_expression":
        name = parent.child_by_field_name("property")
        if name is not None and name.text == b"resolve" and len(path) > 2:
            yield _limit("place", source, path[-3])
    elif parent.type in ("arguments", "variable_declarator", "assignment_expression", "pair"):
        left = parent.child_by_field_name("left") or parent.child_by_field_name("name")
        if (left is None or left.id != node.id) and not _is_typeof(path):
            kind: LimitKind = "computed" if is_relative else "name"
            yield _limit(kind, source, path[-3] if parent.type == "arguments" else parent)


def _judge_call(source: Source, call: Node, *, is_relative: bool) -> Iterator[Limit]:
    arguments = call.child_by_field_name("arguments")
    given = (
        [] if arguments is None else [a for a in arguments.named_children if a.type != "comment"]
    )
    if not given or literal(given[0], source.content) is not None:
        return
    if _has_relative_start(given[0], source):
        if _is_required(source, call) and not _ENDED.search(source.text_of(given[0])):
            yield _limit("computed", source, call)
        return  # esbuild takes every file that such a path can mean, by its whole name
    yield _limit("computed" if is_relative else "name", source, call)


def _is_required(source: Source, call: Node) -> bool:
    """Return whether a call is `require`'s, which finds files without their endings."""
    function = call.child_by_field_name("function")
    return function is not None and source.text_of(function) == b"require"


def _has_relative_start(node: Node, source: Source) -> bool:
    """Return whether a sum or a template begins with `./` or `../` and goes on as a path."""
    text = source.text_of(node)
    return node.type in ("binary_expression", "template_string") and (
        re.match(rb"[\"'`]\.{1,2}/", text) is not None
    )


def _is_called(call: Node, node: Node) -> bool:
    function = call.child_by_field_name("function")
    return call.type == "call_expression" and function is not None and function.id == node.id


def _is_typeof(path: list[Node]) -> bool:
    return any(
        node.type == "unary_expression" and (node.text or b"").startswith(b"typeof")
        for node in path[-5:]
    )


def _limit(kind: LimitKind, source: Source, node: Node) -> Limit:
    text = re.sub(r"\s+", " ", source.text_of(node).decode("utf-8", "replace"))
    shown = text if len(text) <= _SHOWN_MAX else f"{text[: _SHOWN_MAX - 1]}…"
    return Limit(kind, source.line_of(node), shown)
