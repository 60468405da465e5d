"""Requests for modules whose name is computed, and `require` and `module` in other hands.

In: a parsed file. Out: `Read` values: what an expression chooses of, the beginning of a name where
the text has one, and nothing where any module may be meant.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.constants import HERE, ITSELF, ROOT, Constants
from zipper.checks.levels import is_field
from zipper.checks.source_text import count_declarations
from zipper.checks.syntax import literal
from zipper.pruning.file_reads import Read, shorten
from zipper.pruning.foreign_requires import find_foreign
from zipper.pruning.hidden_names import is_hidden
from zipper.pruning.place_uses import is_looked_at
from zipper.pruning.require_names import RequireNames, is_only_named, list_choices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["find_computed"]

_PLACES: Final = (HERE, ITSELF, ROOT)
_WORDS: Final = (
    b"require", b"import", b"module", b"createRequire", b"mainModule", b"_load",
    b"_resolveFilename", b"__non_webpack_require__",
)  # fmt: skip
_DEFINES: Final = (b"(module, 'exports'", b"(module,'exports'")  # what defineProperty gets
_REQUIRES: Final = (b"require", b"__non_webpack_require__")  # webpack makes the first of it
_HARMLESS: Final = frozenset(
    b"exports children loaded hot id resolve cache extensions webpackPolyfill".split()
)
"""Members of `module` and `require` that give neither a path nor another way to request."""
_PLACE_MEMBERS: Final = frozenset(b"filename path paths parent main constructor _compile".split())
_DIRECT: Final = frozenset(
    b"require import readFileSync readFile createReadStream Worker fork existsSync statSync"
    b" accessSync access stat".split()
)
"""What takes the path of a module for that very file."""
_WORDS_MAX: Final = 20_000
_CHOICES_MAX: Final = 20


def find_computed(source: Source) -> Iterator[Read]:
    """Yield what the computed requests of a file may find."""
    finder = _ComputedRequests(source)
    words = [word for word in _WORDS if word in source.content]
    yield from _judge_each(source, finder.judge, *words)
    for maker in sorted(finder.names.makers):
        yield from _judge_each(source, finder.judge_maker, maker)
    done: set[bytes] = set()
    while finder.aliases - done:
        alias = min(finder.aliases - done)
        done.add(alias)
        yield from _judge_each(source, finder.judge_alias, alias)


def _judge_each(
    source: Source, judge: Callable[[list[Node]], Iterator[Read]], *words: bytes
) -> Iterator[Read]:
    paths = source.find_words(*words)
    for path in islice(paths, _WORDS_MAX):
        yield from judge(path)
    if next(paths, None) is not None:
        yield Read("name", 1, "", f"`{words[0].decode('utf-8', 'replace')}` in too many places")


class _ComputedRequests:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._constants = Constants(source)
        self.names = RequireNames(source)
        self.aliases: set[bytes] = set(self.names.shims)
        """Names that mean `require`; new ones are found while others are judged."""

    def judge(self, path: list[Node]) -> Iterator[Read]:
        """Judge one of the words."""
        node, name = path[-1], self._source.text_of(path[-1])
        if name == b"import":
            yield from self._judge_import(path)
        elif name == b"createRequire":
            yield from self.judge_maker(path)
        elif node.type == "identifier" and name in _REQUIRES:
            yield from self.judge_require(path)
        elif node.type == "shorthand_property_identifier" and not self._is_own(path):
            yield from (self._name(path), self._open(path))
        elif node.type == "identifier" and name == b"module":
            yield from self._judge_module(path)
        elif name in (b"_load", b"_resolveFilename"):
            call = path[-3] if len(path) > 2 else node
            if call.type == "call_expression" and call.child_by_field_name("function") == path[-2]:
                yield self._name(path[:-1])
        elif name == b"mainModule" and len(path) > 2:
            is_harmless = is_only_named(path[:-1]) or is_looked_at(path[-3], path[-2])
            yield from () if is_harmless else (self._name(path),)

    def _judge_import(self, path: list[Node]) -> Iterator[Read]:
        if len(path) < 3:
            return
        if path[-2].type == "meta_property":
            yield from self._judge_meta(path)
        elif path[-3].type == "call_expression":
            yield from self._judge_call(path[:-2])
        elif path[-2].type == "call_expression":
            yield from self._judge_call(path[:-1])

    def _judge_meta(self, path: list[Node]) -> Iterator[Read]:
        member, call = (path[-3], path[-4]) if len(path) > 3 else (path[0], path[0])
        if not self._source.text_of(member).endswith(b".resolve"):
            return
        if call.type == "call_expression" and call.child_by_field_name("function") == member:
            yield from self._judge_resolve(path[:-3])
        else:
            yield self._name(path[:-2])

    def judge_maker(self, path: list[Node]) -> Iterator[Read]:
        """Judge `createRequire`: for this file, under a name or called at once, it is followed."""
        is_property = path[-1].type == "property_identifier"
        at = len(path) - (2 if is_property else 1)
        if at < 1 or path[at - 1].type != "call_expression":
            return  # it is imported, or handed on as it is: who calls it gives it a place
        call = path[at - 1]
        outer = path[at - 2] if at > 1 else call
        if self._is_for_here(path[:at]):
            alias = self.names.find_alias(path[:at])
            if alias is not None:
                self.aliases.update([alias] if alias != b"require" else ())
                return
            if outer.type == "call_expression" and outer.child_by_field_name("function") == call:
                yield from self._judge_call(path[: at - 1], is_known=False)
                return
        yield from find_foreign(self._source, self.names, path[:at])

    def _is_for_here(self, path: list[Node]) -> bool:
        """Return whether `createRequire` gets the file itself, or a root that has no modules."""
        arguments = path[-1].child_by_field_name("arguments")
        given = [] if arguments is None else arguments.named_children
        value = self._constants.value_of(path, given[0]) if len(given) == 1 else None
        return value in (ITSELF, "/")

    def judge_alias(self, path: list[Node]) -> Iterator[Read]:
        """Judge one mention of a name that means `require`."""
        if path[-1].type == "identifier":
            yield from self.judge_require(path, is_alias=True)
        elif path[-1].type == "shorthand_property_identifier":
            yield self._name(path)

    def judge_require(self, path: list[Node], *, is_alias: bool = False) -> Iterator[Read]:
        """Judge one mention of `require`, or of a name that means it."""
        if len(path) < 2 or is_hidden(self._source, path) or self.names.is_in_shim(path):
            return
        node, parent = path[-1], path[-2]
        above = path[-3] if len(path) > 2 else parent
        if parent.type == "call_expression":
            if parent.child_by_field_name("function") == node:
                yield from self._judge_call(path[:-1], is_known=not is_alias)
                return
        elif parent.type == "member_expression" and parent.child_by_field_name("object") == node:
            yield from self._judge_member(path)
            return
        is_declared = parent.type in ("variable_declarator", "import_specifier", "namespace_import")
        if is_declared and parent.child_by_field_name("value") != node:
            return
        operator = parent.child_by_field_name("operator")
        is_guard = operator is not None and operator.type == "&&" and is_field(parent, "left", node)
        if is_looked_at(parent, node) or is_guard or parent.type == "if_statement":
            return
        alias = self.names.find_alias(path)
        if alias is None:
            yield self._name(path if above is parent else path[:-1])
        else:
            self.aliases.add(alias)

    def _judge_member(self, path: list[Node]) -> Iterator[Read]:
        member, above = path[-2], path[-3] if len(path) > 2 else path[-2]
        name = member.child_by_field_name("property")
        text = b"" if name is None else self._source.text_of(name)
        is_called = (
            above.type == "call_expression" and above.child_by_field_name("function") == member
        )
        if text == b"resolve" and is_called:
            yield from self._judge_resolve(path[:-2])
        elif text == b"resolve":
            is_paths = above.type == "member_expression"
            if not is_paths and not is_looked_at(above, member):
                yield self._name(path[:-1])
        elif text == b"main" and is_only_named(path[:-1]):
            return
        elif text in _PLACE_MEMBERS:
            yield from self._judge_place(path[:-1], above)
        elif text not in _HARMLESS and not is_looked_at(above, member):
            yield self._name(path[:-1])

    def _judge_module(self, path: list[Node]) -> Iterator[Read]:
        if len(path) < 2 or self._is_own(path):
            return
        node, parent = path[-1], path[-2]
        if parent.type == "member_expression" and parent.child_by_field_name("object") == node:
            above = path[-3] if len(path) > 2 else parent
            name = parent.child_by_field_name("property")
            text = b"" if name is None else self._source.text_of(name)
            if text == b"require":
                is_call = above.type == "call_expression"
                if is_call and above.child_by_field_name("function") == parent:
                    yield from self._judge_call(path[:-2])
                elif not is_looked_at(above, parent):
                    yield self._name(path[:-1])
            elif text in _PLACE_MEMBERS:
                yield from self._judge_place(path[:-1], above)
            return
        is_guard = parent.type == "binary_expression" and parent.child_by_field_name("left") == node
        is_defined = self._source.text_of(parent).replace(b'"', b"'").startswith(_DEFINES)
        is_wrapper = b".amd" in self._source.content and self._callee_of(path) == b"factory"
        if not is_guard and parent.type == "arguments" and not (is_defined or is_wrapper):
            yield self._name(path)
            yield self._open(path[:-1])

    def _is_own(self, path: list[Node]) -> bool:
        """Return whether a name is a parameter, or `module` one that the file declares."""
        if is_hidden(self._source, path):
            return True
        name = self._source.text_of(path[-1])
        return name == b"module" and count_declarations(self._source.content, name) > 0

    def _judge_place(self, path: list[Node], above: Node) -> Iterator[Read]:
        """Judge `module.parent` and the like, which are mostly looked at alone."""
        member = path[-1]
        if is_looked_at(above, member) or above.type in ("binary_expression", "if_statement"):
            return
        if above.type == "member_expression":
            name = above.child_by_field_name("property")
            if name is not None and name.text in (b"exports", b"children", b"loaded", b"id"):
                return
        yield self._open(path)
        yield self._name(path)

    def _judge_call(self, path: list[Node], *, is_known: bool = True) -> Iterator[Read]:
        """Judge a call that requests a module; `path` ends with it.

        `is_known` says whether the checks follow it too, where its module is a constant.
        """
        call = path[-1]
        arguments = call.child_by_field_name("arguments")
        given = [] if arguments is None else arguments.named_children
        first = next((child for child in given if child.type != "comment"), None)
        if first is not None:
            yield from self._judge_name(path, first, _CHOICES_MAX - (not is_known))

    def _judge_name(self, path: list[Node], node: Node, budget: int) -> Iterator[Read]:
        value = self._constants.value_of(path, node)
        if value is not None:
            if value[:1] in _PLACES and not value.startswith(f"{HERE}/") and value != HERE:
                yield Read("asset", self._line(node), value, self._text(path))
            elif budget < _CHOICES_MAX:
                text = f".{value[1:]}" if value.startswith(HERE) else value
                yield Read("request", self._line(node), text, self._text(path))
            return
        choices = list_choices(node)
        if choices and budget > 0:
            for choice in choices:
                yield from self._judge_name(path, choice, budget - 1 - len(choices))
            return
        start = self._start_of(path, node)
        if start.startswith(("./", "../", "/", HERE, ITSELF)):
            yield Read("open", self._line(node), "", self._text(path))
            return
        yield Read("name", self._line(node), start, self._text(path))

    def _start_of(self, path: list[Node], node: Node) -> str:
        """Return the text with which the value of an expression begins, as far as it is known."""
        if node.type == "parenthesized_expression" and node.named_children:
            return self._start_of(path, node.named_children[0])
        if node.type == "template_string":
            inner = node.named_children
            first = next((c for c in inner if c.type == "template_substitution"), None)
            if first is not None and first.start_byte > node.start_byte + 1:
                text = self._source.content[node.start_byte + 1 : first.start_byte]
                return text.decode("utf-8", "replace")
            if first is not None and first.named_children:
                return self._constants.value_of(path, first.named_children[0]) or ""
        if node.type == "binary_expression":
            left = node.child_by_field_name("left")
            if left is not None:
                return self._constants.value_of(path, left) or self._start_of(path, left)
        if node.type == "call_expression":  # path.join(__dirname, name)
            arguments = node.child_by_field_name("arguments")
            given = [] if arguments is None else arguments.named_children
            value = self._constants.value_of(path, given[0]) if given else None
            return value if value is not None and value[:1] in _PLACES else ""
        return literal(node, self._source.content) or ""

    def _judge_resolve(self, path: list[Node]) -> Iterator[Read]:
        """Judge `require.resolve` and `import.meta.resolve`, whose answer is a path."""
        call = path[-1]
        arguments = call.child_by_field_name("arguments")
        given = [] if arguments is None else arguments.named_children
        first = next((child for child in given if child.type != "comment"), None)
        if first is None:
            return
        value = self._constants.value_of(path[:-1], first)
        if value is None:
            yield from self._judge_name(path, first, _CHOICES_MAX)
            yield from self._judge_answer(path, self._start_of(path, first))
            return
        if len(given) > 1:
            yield Read("name", self._line(call), value, self._text(path))
        yield from self._judge_answer(path, value)

    def _judge_answer(self, path: list[Node], specifier: str) -> Iterator[Read]:
        """Judge what becomes of the path that a request's answer is."""
        call, parent = path[-1], path[-2] if len(path) > 1 else path[-1]
        if is_looked_at(parent, call):
            return
        if parent.type == "arguments" and len(path) > 2:
            outer = path[-3]
            function = outer.child_by_field_name("function") or outer.child_by_field_name(
                "constructor"
            )
            text = b"" if function is None else self._source.text_of(function)
            if text.rpartition(b".")[2] in _DIRECT:
                return
        if specifier and not specifier.startswith(("./", "../")):  # these are places
            yield Read("package", self._line(call), specifier, self._text(path))

    def _callee_of(self, path: list[Node]) -> bytes:
        """Return the text of the function that an argument at the end of `path` goes to."""
        call = path[-3] if len(path) > 2 else path[-1]
        function = call.child_by_field_name("function")
        return b"" if function is None else self._source.text_of(function)

    def _name(self, path: list[Node]) -> Read:
        return Read("name", self._line(path[-1]), "", self._text(path))

    def _open(self, path: list[Node]) -> Read:
        return Read("open", self._line(path[-1]), "", self._text(path))

    def _line(self, node: Node) -> int:
        return self._source.line_of(node)

    def _text(self, path: list[Node]) -> str:
        return shorten(self._source.text_of(path[-1]))
