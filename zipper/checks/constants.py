"""Texts that an expression is sure to mean: literals, constants, paths from the file's own place.

In: nodes of a syntax tree. Out: text, or None. A path begins with `HERE`, `ITSELF` or `ROOT` in
place of the folder, the file and the current folder, which are known only where the file lies.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.checks.source_text import WRITE, count_declarations, literal
from zipper.checks.syntax import is_shadowed

if TYPE_CHECKING:
    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["HERE", "ITSELF", "ROOT", "Constants", "from_root", "place_of"]

HERE: Final = "\ue000"
"""The folder of the file: `__dirname`, `import.meta.dirname`."""
ITSELF: Final = "\ue001"
"""The file: `__filename`, `import.meta.url`, `import.meta.filename`."""
ROOT: Final = "\ue002"
"""What `process.cwd()` gives."""

_KNOWN: Final = {
    b"__dirname": HERE,
    b"import.meta.dirname": HERE,
    b"__filename": ITSELF,
    b"import.meta.url": ITSELF,
    b"import.meta.filename": ITSELF,
    b"process.cwd()": ROOT,
    b"process.env.LAMBDA_TASK_ROOT": ROOT,
}
_RESOLVERS: Final = (b"require.resolve", b"import.meta.resolve")
_PLACES: Final = (HERE, ITSELF, ROOT)
_DEPTH_MAX: Final = 20
_STEPS_MAX: Final = 1_000
"""Expressions that are looked at for one value: names that mean names multiply."""
_SIZE_MAX: Final = 4096


def from_root(value: str) -> str:
    """Return a path for `fs`, whose relative paths begin where the process was started."""
    return value if value[:1] in (HERE, ITSELF, ROOT, "/") else f"{ROOT}/{value}"


def place_of(value: str, path: str, root: str) -> str | None:
    """Return the absolute path that `value` means in the file at `path`; None for a plain text."""
    starts = {HERE: path.rpartition("/")[0], ITSELF: path, ROOT: root}
    start = starts.get(value[:1])
    if start is None:
        return None
    parts = start.split("/")
    for part in value[1:].split("/"):
        if part == "..":
            del parts[max(1, len(parts) - 1) :]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


class Constants:
    """The constants of one file.

    Args:
        source: the file.
        resolves: whether `require.resolve("./x")` means the path `x`, whatever its extension.
        inner: whether constants within functions count, where no other has their name.
    """

    def __init__(self, source: Source, *, resolves: bool = False, inner: bool = False) -> None:
        self._source = source
        self._resolves = resolves
        self._inner = inner
        self._declared: dict[bytes, tuple[list[Node], Node] | None] = {}
        self._steps = 0
        self.rests_on_absence = False
        """Whether the last value rests on a global that Node lacks, which another file may set."""

    def value_of(self, path: list[Node], node: Node) -> str | None:
        """Return the text that `node` means; None where that is not sure.

        Args:
            path: the nodes that lead to `node`, for names that a parameter hides.
            node: an expression.
        """
        self.rests_on_absence = False
        self._steps = 0
        return self._value(path, node, _DEPTH_MAX)

    def sure_value_of(self, path: list[Node], node: Node) -> str | None:
        """Return the text that `node` means whatever other files do; None as above."""
        value = self.value_of(path, node)
        return None if self.rests_on_absence else value

    def _value(self, path: list[Node], node: Node, depth: int) -> str | None:
        known = literal(node, self._source.content)
        if known is None:
            known = self._known(path, node)
        self._steps += 1
        if known is not None or depth == 0 or self._steps > _STEPS_MAX:
            return known
        read = {
            "parenthesized_expression": self._value_within,
            "template_string": self._value_of_template,
            "binary_expression": self._value_of_sum,
            "call_expression": self._value_of_call,
            "new_expression": self._value_of_call,
            "member_expression": self._value_of_member,
            "ternary_expression": self._value_of_choice,
            "identifier": self._value_of_name,
        }.get(node.type)
        return None if read is None else read(path, node, depth - 1)

    def _value_within(self, path: list[Node], node: Node, depth: int) -> str | None:
        inner = node.named_children
        return self._value(path, inner[0], depth) if len(inner) == 1 else None

    def _value_of_choice(self, path: list[Node], node: Node, depth: int) -> str | None:
        """Return what a condition chooses that every Node on Lambda answers alike."""
        condition, conditions = node.child_by_field_name("condition"), self._source.conditions
        holds = None if condition is None else conditions.find_truth(condition)
        self.rests_on_absence |= holds is not None and conditions.rests_on_absence
        field = "consequence" if holds else "alternative"
        chosen = None if holds is None else node.child_by_field_name(field)
        return None if chosen is None else self._value(path, chosen, depth)

    def _value_of_name(self, path: list[Node], node: Node, depth: int) -> str | None:
        declared = self._find_declared(path, node)
        return None if declared is None else self._value(*declared, depth)

    def _known(self, path: list[Node], node: Node) -> str | None:
        """Return the place that one of Node's own names means."""
        if node.type not in ("identifier", "member_expression", "call_expression"):
            return None
        text = self._source.text_of(node) if node.end_byte - node.start_byte < 30 else b""
        known = _KNOWN.get(text) or self._given(text)
        if known is None or (node.type == "identifier" and self._is_own(path, node, text)):
            return None
        return known

    def _given(self, text: bytes) -> str | None:
        """Return the value of an environment variable that is known."""
        variables, name = self._source.variables, text.removeprefix(b"process.env.")
        return variables.get(name.decode()) if name != text else None

    def _is_own(self, path: list[Node], node: Node, name: bytes) -> bool:
        return bool(count_declarations(self._source.content, name)) or is_shadowed(
            self._source, [*path, node]
        )

    def _value_of_template(self, path: list[Node], node: Node, depth: int) -> str | None:
        content, at, parts = self._source.content, node.start_byte + 1, []
        for child in node.named_children:
            if child.type != "template_substitution" or child.named_child_count != 1:
                continue
            value = self._value(path, child.named_children[0], depth)
            if value is None:
                return None
            parts += [content[at : child.start_byte].decode("utf-8", "replace"), value]
            at = child.end_byte
        parts.append(content[at : node.end_byte - 1].decode("utf-8", "replace"))
        text = "".join(parts)
        return None if "\\" in text or _is_misplaced(text) else text

    def _value_of_sum(self, path: list[Node], node: Node, depth: int) -> str | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        operator = node.child_by_field_name("operator")
        if left is None or right is None or operator is None:
            return None
        start = self._value(path, left, depth)
        if operator.type in ("||", "??") and start is not None:
            is_kept = start or operator.type == "??"
            return start if is_kept else self._value(path, right, depth)
        if operator.type != "+":
            return None
        end = None if start is None else self._value(path, right, depth)
        if start is None or end is None or _is_misplaced(start + end):
            return None
        if start in _PLACES and not end.startswith("/"):
            return None  # `__dirname + "x"` is the name of another folder
        return (start + end)[:_SIZE_MAX]

    def _value_of_call(self, path: list[Node], node: Node, depth: int) -> str | None:
        """Return what `path.join`, `path.dirname`, `new URL` and the like make of places."""
        function = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        arguments = node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return None
        if arguments.type == "template_string":
            is_raw = self._source.text_of(function) == b"String.raw"
            inner = arguments.named_children
            is_plain = all(child.type != "template_substitution" for child in inner)
            text = self._source.text_of(arguments)[1:-1].decode("utf-8", "replace")
            return text if is_raw and is_plain else None
        name = self._source.text_of(function).rpartition(b".")[2].rstrip(b")")
        parts = [a for a in arguments.named_children if a.type != "comment"]
        if self._resolves and self._source.text_of(function) in _RESOLVERS:
            return self._resolve(path, parts[0], depth) if len(parts) == 1 else None
        if name == b"URL" and len(parts) == 2:
            parts.reverse()
        values = [self._value(path, part, depth) for part in parts[:10]]
        first = values[0] if values else None
        rest = [value for value in values[1:] if value is not None]
        if first is None or first[:1] not in _PLACES or len(rest) != len(parts) - 1:
            return None
        return _combine(name, first, rest)

    def _resolve(self, path: list[Node], node: Node, depth: int) -> str | None:
        """Return the path that `require.resolve` makes of one that begins at the file's folder."""
        value = self._value(path, node, depth)
        is_relative = value is not None and value.startswith(("./", "../"))
        return f"{HERE}/{value}" if is_relative else None

    def _value_of_member(self, path: list[Node], node: Node, depth: int) -> str | None:
        """Return the path of `new URL(...).pathname` and `.href`."""
        owner, name = node.child_by_field_name("object"), node.child_by_field_name("property")
        if owner is None or name is None or name.text not in (b"pathname", b"href"):
            return None
        value = self._value(path, owner, depth)
        return value if value is not None and value[:1] in _PLACES else None

    def _find_declared(self, path: list[Node], node: Node) -> tuple[list[Node], Node] | None:
        """Return what a name is declared as, if it never means anything else, and where."""
        name = self._source.text_of(node)
        if name not in self._declared:
            self._declared[name] = self._find_constant(name)
        return None if is_shadowed(self._source, [*path, node]) else self._declared[name]

    def _find_constant(self, name: bytes) -> tuple[list[Node], Node] | None:
        content = self._source.content
        if count_declarations(content, name) > 1:
            return None
        own = re.escape(name)  # first: Python finds a text quickly, and no place before it
        writes = rb"%s(?<![\w$.]%s)\s*%s" % (own, own, WRITE)
        if len(re.findall(writes, content)) != 1:
            return None
        for statement in self._source.statements:
            if statement.type not in ("lexical_declaration", "variable_declaration"):
                continue
            for item in statement.named_children:
                named = item.child_by_field_name("name")
                if named is not None and named.type == "identifier" and named.text == name:
                    value = item.child_by_field_name("value")
                    return None if value is None else ([], value)
        return self._find_inner(name) if self._inner else None

    def _find_inner(self, name: bytes) -> tuple[list[Node], Node] | None:
        for path in self._source.find_words(name):
            item = path[-2] if len(path) > 1 else path[-1]
            if item.type == "variable_declarator" and item.child_by_field_name("name") == path[-1]:
                value = item.child_by_field_name("value")
                return None if value is None else (path[:-1], value)
        return None


def _is_misplaced(text: str) -> bool:
    """Return whether a place is within a text, where it means no path."""
    return any(place in text[1:] for place in _PLACES) or len(text) > _SIZE_MAX


def _combine(name: bytes, first: str, rest: list[str]) -> str | None:
    """Return what a function makes of a place and texts."""
    value = None
    if name == b"dirname" and not rest:
        value = HERE if first == ITSELF else f"{first}/.."
    elif name in (b"fileURLToPath", b"pathToFileURL") and not rest:
        value = first
    elif name == b"URL" and len(rest) == 1:
        is_relative = first == ITSELF and ":" not in rest[0] and not rest[0].startswith("/")
        value = f"{HERE}/{rest[0]}" if is_relative else None
    elif name in (b"join", b"resolve"):
        is_path = not any(part[:1] in (*_PLACES, "/") for part in rest) or name == b"join"
        value = "/".join([first, *rest]) if is_path else None
    return None if value is None or _is_misplaced(value) else value
