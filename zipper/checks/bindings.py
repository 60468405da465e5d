"""What a name means at a place of a file.

In: a node that is a name. Out: the `Binding`: what declares it, where there is one declaration and
nothing writes to it again.
"""

from __future__ import annotations

import re
from array import array
from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from zipper.checks.levels import COMPOUND, FUNCTIONS, is_field
from zipper.checks.source_text import (
    CHANGE,
    WRITE,
    count_declarations,
    find_word,
    is_in_pattern,
    literal,
)
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["Binding", "find_binding", "find_returns", "may_change", "may_change_below"]

_CHANGES: Final = rb"%s(?<![\w$.]%s)\s*%s"
_IS_SET: Final = late_pattern(rb"\s*=(?![=>])")
_IS_KEY: Final = late_pattern(rb"\s*:")
_MEMBER: Final = late_pattern(rb"(?:\s*\??\.\s*[\w$]++)++")
_CHANGES_MEMBER: Final = late_pattern(rb"\s*(?:" + WRITE + rb"|\[|`|\?\.)|\s+(?:of|in)\b")
_CALLED: Final = late_pattern(rb"\s*\(")
_NO_MEMBER: Final = late_pattern(rb"(?!\s*(?:\??\.|\[))")
_GIVEN: Final = late_pattern(
    rb"(?:\b(?:new|return|extends|export\s+default)\s+|\b(?:class|function)[\s*]+|\.{3}"
    rb"|\bmodule\.exports\s*=\s*|\bexports\.([\w$]+)\s*=\s*)\Z"
)
"""What may precede a name that is given to what changes nothing of it."""
_WORD: Final = late_pattern(rb"[\w$]++")
_DECLARES: Final = ("lexical_declaration", "variable_declaration")
_GIVEN_BYTES: Final = 60
_MEMBER_BYTES: Final = 300
"""A longer chain of members may do anything: each of its names looks at all behind it."""
_RETURNS_MAX: Final = 20
_STATEMENTS_MAX: Final = 20_000


class Binding(NamedTuple):
    """One declaration."""

    kind: Literal["value", "member", "parameter", "import", "unknown"]
    node: Node
    """The value, the function or class, or for a parameter the function that has it."""
    specifier: str = ""
    """Of an import: the module."""
    name: str = ""
    """The export of that module, `default` and `*` included; or the member that is taken."""


def find_binding(source: Source, node: Node) -> Binding | None:
    """Return what declares the name `node`; None for a name that the file does not declare."""
    name = source.text_of(node)
    path = source.path_to(node.start_byte)
    for function in reversed([item for item in path if item.type in (*FUNCTIONS, "class")]):
        if function.start_byte == node.start_byte or is_field(function, "name", node):
            continue
        if function.type == "class":
            if _is_named(function, name):
                return Binding("value", function)
            continue
        own = function.child_by_field_name("parameters") or function.child_by_field_name(
            "parameter"
        )
        if own is not None and next(find_word(source.text_of(own), name), None) is not None:
            is_plain = any(item.text == name for item in (own, *own.named_children))
            is_own = is_plain and b"arguments" not in source.text_of(function)
            is_sure = is_own and not _is_written(source, name, function, own)
            return Binding("parameter" if is_sure else "unknown", function)
        body = function.child_by_field_name("body")
        inner = source.text_of(function)
        if body is not None and count_declarations(inner, name):
            found = _find_declared(source, source.inside(body), name)
            is_one = count_declarations(inner, name) == 1
            return found if found is not None and is_one else Binding("unknown", function)
    found = _find_declared(source, _list_declaring(source, name), name)
    if found is not None:
        return found
    return Binding("unknown", node) if count_declarations(source.content, name) else None


def _is_named(holder: Node, name: bytes) -> bool:
    own = holder.child_by_field_name("name")
    return own is not None and own.text == name


def _find_declared(source: Source, statements: Iterable[Node], name: bytes) -> Binding | None:
    """Return what one of `statements` declares `name` as."""
    found: list[Binding] = []
    for statement in islice(statements, _STATEMENTS_MAX):
        inner = statement.child_by_field_name("declaration")
        found += _declared(source, inner if inner is not None else statement, name)
    if not found:
        return None
    node = found[0].node
    is_whole = found[0].kind == "import" or node.type.endswith("_declaration")
    own = node if is_whole or node.parent is None else node.parent
    is_sure = len(found) == 1 and not _is_written(source, name, None, own)
    return found[0] if is_sure else Binding("unknown", node)


def _list_declaring(source: Source, name: bytes) -> Iterable[Node]:
    """Return the statements of the top level that may declare a name."""
    if not source.content.isascii():  # where a word ends depends on the name
        return source.statements
    if not source.declaring:
        source.declaring[b""] = array("L")
        for number, statement in enumerate(source.statements):
            texts = b" ".join(_texts_that_declare(source, statement))
            for word in set(_WORD.findall(texts)):
                source.declaring.setdefault(word, array("L")).append(number)
    numbers = source.declaring.get(name, ())
    last = numbers[-1] + 1 if numbers else 0
    wanted = frozenset(numbers)
    return (one for n, one in enumerate(islice(source.statements, last)) if n in wanted)


def _texts_that_declare(source: Source, statement: Node) -> Iterator[bytes]:
    inner = statement.child_by_field_name("declaration") or statement
    if inner.type == "import_statement":
        yield source.text_of(inner)
    parts = [inner, *inner.named_children] if inner.type in _DECLARES else [inner]
    for name in (part.child_by_field_name("name") for part in parts):
        if name is not None:
            yield source.text_of(name)


def _is_written(source: Source, name: bytes, scope: Node | None, own: Node) -> bool:
    """Return whether a scope, None for the file, gives a name a value, what declares it apart."""
    content = source.content
    start, end = (0, len(content)) if scope is None else (scope.start_byte, scope.end_byte)
    if re.search(_CHANGES % (re.escape(name), re.escape(name), CHANGE), content[start:end]):
        return True
    return any(
        start <= at < end
        and not own.start_byte <= at < own.end_byte
        and (content[at - 1 : at] != b"." or content[at - 3 : at] == b"...")
        for at in source.assignments(name)
    )


def _declared(source: Source, statement: Node, name: bytes) -> list[Binding]:
    own = statement.child_by_field_name("name")
    if own is not None and own.text == name and statement.type.endswith("_declaration"):
        return [Binding("value", statement)]
    if statement.type == "import_statement":
        return _imported(source, statement, name)
    found: list[Binding] = []
    if statement.type in _DECLARES:
        for item in statement.named_children:
            bound, value = item.child_by_field_name("name"), item.child_by_field_name("value")
            if bound is None or next(find_word(source.text_of(bound), name), None) is None:
                continue
            taken = _taken(bound, name) if bound.type == "object_pattern" else ""
            if value is not None and (bound.type == "identifier" or taken):
                found.append(Binding("member" if taken else "value", value, name=taken))
            else:
                found.append(Binding("unknown", item))
    return found


def _taken(pattern: Node, name: bytes) -> str:
    """Return the member that `{ member: name }` takes, or "" where the pattern is less plain."""
    for item in pattern.named_children:
        if item.type == "shorthand_property_identifier_pattern" and item.text == name:
            return name.decode()
        key, value = item.child_by_field_name("key"), item.child_by_field_name("value")
        is_plain = key is not None and key.type == "property_identifier"
        if item.type == "pair_pattern" and is_plain and value is not None and value.text == name:
            return (key.text or b"").decode() if key is not None else ""
    return ""


def _imported(source: Source, statement: Node, name: bytes) -> list[Binding]:
    origin = statement.child_by_field_name("source")
    specifier = None if origin is None else literal(origin, source.content)
    if specifier is None or name not in source.text_of(statement):
        return []
    for clause in (c for c in statement.named_children if c.type == "import_clause"):
        for item in clause.named_children:
            if item.type == "identifier" and item.text == name:
                return [Binding("import", item, specifier, "default")]
            if item.type == "namespace_import" and any(c.text == name for c in item.named_children):
                return [Binding("import", item, specifier, "*")]
            for part in item.named_children if item.type == "named_imports" else ():
                shown = part.child_by_field_name("alias") or part.child_by_field_name("name")
                taken = part.child_by_field_name("name")
                if shown is not None and taken is not None and shown.text == name:
                    text = literal(taken, source.content) or (taken.text or b"").decode()
                    return [Binding("import", part, specifier, text)]
    return []


def may_change(
    source: Source, name: bytes, scope: Node | None, writers: Collection[str] | None
) -> bool:
    """Return whether what `name` holds may get other members in a scope, None for the file.

    That is so where one is written, where a member is called that may write one, and where it is
    handed to what may do so. `writers` are the members that use `this`; None for all.
    """
    content = source.content
    start, end = (0, len(content)) if scope is None else (scope.start_byte, scope.end_byte)
    mentions = find_word(content, name, before=b".", start=start, end=end)
    return any(not _only_reads(content, at, at + len(name), writers) for at in mentions)


def may_change_below(source: Source, member: bytes) -> bool:
    """Return whether the object that a member of this name holds may get other members."""
    content, size = source.content, len(member)
    return not all(
        _only_reads(content, at, at + size, None)
        or (content[at - 1 : at] != b"." and _IS_KEY.match(content, at + size))
        for at in find_word(content, member)
    )


def _only_reads(content: bytes, start: int, end: int, writers: Collection[str] | None) -> bool:
    """Return whether a mention of a name is sure to leave what it holds as it is."""
    member = _MEMBER.match(content, end, end + _MEMBER_BYTES)
    if member is not None and member.end() == end + _MEMBER_BYTES:
        return False
    if member is not None:
        called = member[0].strip(b" .?\t\r\n").decode()
        is_called = _CALLED.match(content, member.end()) is not None
        is_inherited = called.startswith("prototype")  # of what `new` makes: see `instances`
        return is_inherited or not (
            _CHANGES_MEMBER.match(content, member.end())
            or (is_called and (writers is None or called in writers or "." in called))
            or is_in_pattern(content, start, member.end())
        )
    given = _GIVEN.search(content, max(0, start - _GIVEN_BYTES), start)
    if given is None:
        return _IS_SET.match(content, end) is not None  # its declaration: others are looked for
    shown = given[1]
    is_shown = shown is not None and re.search(rb"\bexports\.%s\s*[.\[]" % shown, content)
    return not is_shown and _NO_MEMBER.match(content, end) is not None


def find_returns(source: Source, function: Node) -> list[Node]:
    """Return what a function of a file gives; nothing where that cannot be determined."""
    body = function.child_by_field_name("body")
    if body is None:
        return []
    if body.type != "statement_block":
        return [body]
    pending, steps = [body], 0
    found: list[Node] = []
    while pending:
        node = pending.pop()
        steps += 1
        if node.type == "return_statement":
            values = [child for child in node.named_children if child.type != "comment"]
            if len(values) != 1 or len(found) >= _RETURNS_MAX:
                return []
            found.append(values[0])
        elif node.type in COMPOUND:
            pending += source.inside(node)
        if steps > _STATEMENTS_MAX:
            return []
    return found
