"""What a file does while it loads that a place or a kind of module may refuse.

In: a parsed file. Out: `Use` values: files that it names, names that only CommonJS has, an
`import.meta` that a bundler has emptied. Whether they fail is `zipper.checks.use_rules`' work.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Final

from zipper.checks.awaited_files import find_awaited
from zipper.checks.constants import HERE, ITSELF, ROOT, Constants, from_root
from zipper.checks.declared_names import is_hidden
from zipper.checks.file_facts import EAGER, OPTIONAL, Use, UseKind
from zipper.checks.levels import FUNCTIONS
from zipper.checks.load_ends import find_ends
from zipper.checks.loader_hooks import find_hooks
from zipper.checks.own_names import list_global
from zipper.checks.source_text import count_declarations, find_matches, find_word
from zipper.checks.syntax import is_shadowed
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["find_shims", "find_uses"]

_READS: Final = frozenset(
    b"readFileSync readdirSync statSync lstatSync openSync accessSync realpathSync opendirSync"
    b" loadSync renderFile compileFile".split()
)
"""What throws where its path is absent: of `fs`, @grpc/proto-loader, protobufjs and pug."""
_MAY_RETURN: Final = (b"statSync", b"lstatSync")
_WRITES: Final = frozenset(
    b"mkdirSync writeFileSync appendFileSync mkdtempSync copyFileSync".split()
)
"""What throws where its path, the last of two for a copy, cannot be written to."""
_OPENS: Final = late_pattern(rb"\)?\s*\(")
_FROM: Final = late_pattern(
    rb"['\"](?:(?:node:)?fs(?:/promises)?|fs-extra|graceful-fs|@grpc/proto-loader|protobufjs|pug)['\"]"
)
_SETS: Final = late_pattern(rb"\s*=(?![=>])")
_SETS_BY_TEXT: Final = late_pattern(rb"['\"`]\s*\]\s*=(?![=>])")
_FROM_TEXTS: Final = tuple(
    quote + name
    for name in (b"fs", b"node:fs", b"graceful-fs", b"@grpc/proto-loader", b"protobufjs", b"pug")
    for quote in (b'"', b"'")
)
_THREADS: Final = late_pattern(rb"['\"](?:node:)?worker_threads['\"]")
_CALLED: Final = (
    late_pattern(rb"Sync\)?\s*\("),
    late_pattern(rb"File\)?\s*\("),
    late_pattern(rb"Worker\)?\s*\("),
)
"""What a file with such a call has one of; capital letters are rare, which makes it quick."""
_CALLS_MAX: Final = 2_000
_NAMES: Final = (b"__dirname", b"__filename")
_SPECIFIERS: Final = ("import_specifier", "export_specifier")
_SHIMS: Final = (
    b"Dynamic require of",
    b"in an environment that doesn't expose the `require` function",
)
"""What the functions throw that esbuild and rolldown put in the place of `require`."""
_EMPTY: Final = late_pattern(rb"\s*=\s*\{\s*\}")
_READS_META: Final = late_pattern(rb"\.(?:url|env|dirname|filename|main|resolve|hot)\b(?!\s*=[^=])")
_META_BYTES: Final = 260
_META_AFTER: Final = 12
_META: Final = late_pattern(
    rb"(?:(createRequire|fileURLToPath)\)?\(\s*|new\s+URL\(\s*[^(),]{1,200},\s*)([\w$]+)\.url\s*\)"
)
"""A `import.meta.url` that must be a text, by the name that a bundler has given `import.meta`."""


def find_uses(source: Source, *, is_module: bool, is_own: bool) -> tuple[Use, ...]:
    """Return what `source` does that may be refused, each once; more of a project's own file."""
    found = [*_files(source), *_metas(source), *_globals(source), *find_hooks(source.content)]
    found += find_ends(source, is_own=is_own)
    if is_module:
        found += find_awaited(source)
    found += _names(source)
    if is_module:
        found += _selves(source)
    return tuple(dict.fromkeys(found))


def find_shims(source: Source) -> set[bytes]:
    """Return the names under which a bundler's stand-in for `require` is called."""
    names: set[bytes] = set()
    places = (at for text in _SHIMS for at in _find_all(source.content, text))
    for offset in sorted(islice(places, 20)):
        path = source.path_to(offset)
        holders = [node for node in path if node.type == "variable_declarator"]
        name = holders[-1].child_by_field_name("name") if holders else None
        if name is not None and name.type == "identifier":
            names.add(source.text_of(name))
    return names


def _find_all(content: bytes, text: bytes) -> Iterator[int]:
    at = content.find(text)
    while at >= 0:
        yield at
        at = content.find(text, at + 1)


def _files(source: Source) -> Iterator[Use]:
    """Yield the files and folders that are read, written or run by name while the file loads."""
    if not any(call.search(source.content) for call in _CALLED):
        return
    content = source.content
    has_files = next(find_matches(content, _FROM_TEXTS, _FROM), None) is not None
    has_threads = b"worker_threads" in content and _THREADS.search(content) is not None
    if not (has_files or has_threads):
        return
    constants, given = Constants(source), dict[tuple[bytes, bytes], bool]()
    for offset in islice(_find_calls(source.content), _CALLS_MAX):
        path = source.path_to(offset)
        at = next((n for n in range(len(path) - 1, 0, -1) if path[n].type in _CALLING), None)
        if at is None or path[-1].type not in ("identifier", "property_identifier"):
            continue
        name = source.text_of(path[-1])
        call = path[at]
        field = "constructor" if call.type == "new_expression" else "function"
        function = call.child_by_field_name(field)
        if function is None or not function.start_byte <= offset < function.end_byte:
            continue
        is_worker = name == b"Worker"
        origin = _THREADS if is_worker else _FROM
        if not _is_of(origin, source, [*path[: at + 1], function], given):
            continue
        use = _file_of(source, constants, path[: at + 1], name)
        if use is not None:
            yield use


def _is_of(
    origin: re.Pattern[bytes],
    source: Source,
    path: list[Node],
    given: dict[tuple[bytes, bytes], bool],
) -> bool:
    """Return whether a function is a member of one of some modules, or a name that one gave.

    `given` keeps what the whole text was searched for.
    """
    node: Node | None = path[-1]
    while node is not None and node.type in _HOLDERS:
        last = node.named_children[-1:] if node.type in _GROUPS else []
        node = last[0] if last else node.child_by_field_name("object")
    if node is None or node.type != "identifier":
        return node is not None and origin.search(source.text_of(node)) is not None
    member = path[-1].type == "member_expression"
    name = source.text_of(path[-1]).rpartition(b".")[2] if member else b""
    owner = source.text_of(node)
    if (owner, name) not in given:
        given[owner, name] = not _is_replaced(source, name) and _is_given(source, owner, origin)
    return given[owner, name] and not is_hidden(source, [*path[:-1], node])


def _is_given(source: Source, owner: bytes, origin: re.Pattern[bytes]) -> bool:
    """Return whether a name seems to have got one of the modules, or what is in it."""
    name = re.escape(owner)
    given = rb"%s(?<![\w$]%s)\b(?:(?!,\s*[\w$]+\s*=)[^;]){0,400}?%s" % (name, name, origin.pattern)
    return re.search(given, source.content) is not None


def _is_replaced(source: Source, name: bytes) -> bool:
    """Return whether the file sets a member that a call takes: `fs.readFileSync = other`."""
    content = source.content
    return name != b"" and any(
        (content[at - 1 : at] == b"." and _SETS.match(content, at + len(name)))
        or _SETS_BY_TEXT.match(content, at + len(name))
        for at in find_word(content, name)
    )


def _find_calls(content: bytes) -> list[int]:
    """Return where one of the functions is called, in order."""
    return sorted(
        at
        for name in (*_READS, *_WRITES, b"Worker")
        for at in find_word(content, name)
        if _OPENS.match(content, at + len(name))
    )


_GROUPS: Final = ("parenthesized_expression", "sequence_expression")
_HOLDERS: Final = ("member_expression", *_GROUPS)
_CALLING: Final = ("call_expression", "new_expression")


def _file_of(source: Source, constants: Constants, path: list[Node], name: bytes) -> Use | None:
    arguments = path[-1].child_by_field_name("arguments")
    given = [] if arguments is None else arguments.named_children
    parts = [part for part in given if part.type != "comment"]
    if name == b"copyFileSync":
        parts = parts[1:]
    value = constants.sure_value_of(path, parts[0]) if parts else None
    if value is None or (name == b"Worker" and value[:1] not in (HERE, ITSELF, ROOT, ".", "/")):
        return None
    if source.level_of(path) != EAGER:  # which takes longer to find out
        return None
    value = from_root(value)
    kind: UseKind = "worker" if name == b"Worker" else "write" if name in _WRITES else "read"
    if kind == "worker" and _may_be_heard(source, path):
        return None
    if name == b"mkdirSync" and len(parts) > 1:
        kind = "make"
    if name in _MAY_RETURN and len(parts) > 1:
        return None  # with `throwIfNoEntry: false` they return undefined
    return Use(kind, EAGER, source.line_of(path[-1]), value)


def _may_be_heard(source: Source, path: list[Node]) -> bool:
    """Return whether something may listen for the error of what ends `path`."""
    is_kept = path[-2].type != "expression_statement"
    return is_kept and any(word in source.content for word in (b"error", b"once"))


def _names(source: Source) -> Iterator[Use]:
    """Yield the first use at each level of `__dirname` and `__filename`."""
    for name in _NAMES:
        if name not in source.content or count_declarations(source.content, name):
            continue
        told: set[int] = set()
        for offset in islice(find_word(source.content, name, before=b"."), _CALLS_MAX):
            path = source.path_to(offset)
            is_read = path[-1].type in ("identifier", "shorthand_property_identifier")
            if not is_read or path[-2].type in _SPECIFIERS:
                continue
            level = _level_of_name(source, path)
            if level < OPTIONAL and level not in told:
                told.add(level)
                yield Use("name", level, source.line_of(path[-1]), name.decode())


def _level_of_name(source: Source, path: list[Node]) -> int:
    """Return when a name is read, `OPTIONAL` where a `typeof` guards it or it is a parameter."""
    if is_shadowed(source, path) or path[-2].type == "unary_expression":
        return OPTIONAL
    for node in path:
        condition = node.child_by_field_name("condition") or node.child_by_field_name("left")
        if condition is not None and b"typeof" in source.text_of(condition)[:400]:
            return OPTIONAL
    return source.level_of(path)


_OWNERS: Final = FUNCTIONS | {"class_declaration"}


def _selves(source: Source) -> Iterator[Use]:
    """Yield the first place outside of functions that takes a member of `this`."""
    for statement in source.statements:
        if statement.type in _OWNERS:
            continue
        start, end = statement.start_byte, statement.end_byte
        places = find_word(source.content, b"this", before=b".", start=start, end=end)
        for offset in islice(filter(source.is_outermost, places), 20):
            path = source.path_to(offset)
            if _takes_member(path) and source.level_of(path) == EAGER:
                yield Use("this", EAGER, source.line_of(path[-1]), "this")
                return


def _takes_member(path: list[Node]) -> bool:
    """Return whether `this` at the end of `path` is undefined and has a member taken of it."""
    if path[-1].type != "this" or path[-2].type != "member_expression":
        return False
    if any(child.type == "optional_chain" for child in path[-2].children):
        return False
    owners = ("class_body", "arrow_function")
    return not any(
        node.type in owners or (node.type in FUNCTIONS and node.type != "arrow_function")
        for node in path
    )


def _metas(source: Source) -> Iterator[Use]:
    """Yield where a bundle needs the `url` of an `import.meta` that was made an empty object."""
    content = source.content
    is_empty: dict[bytes, bool] = {}
    for match in _find_urls(content):
        name = match[2]
        if name not in is_empty:
            is_empty[name] = _stays_empty(content, name)
        if not is_empty[name]:
            continue
        path = source.path_to(match.start(2))
        level = source.level_of(path)
        if level < OPTIONAL and path[-1].type == "identifier" and not is_shadowed(source, path):
            function = (match[1] or b"new URL").decode()
            yield Use("meta", level, source.line_of(path[-1]), function)


def _find_urls(content: bytes) -> Iterator[re.Match[bytes]]:
    """Yield where the `url` of a name must be a text."""
    for at in islice(find_word(content, b"url"), _CALLS_MAX):
        window = _META.finditer(content, max(0, at - _META_BYTES), at + _META_AFTER)
        yield from (match for match in window if match.end(2) + 1 == at)


def _stays_empty(content: bytes, name: bytes) -> bool:
    """Return whether a name is made an empty object once, and only read from then on."""
    makes = 0
    for offset in find_word(content, name, before=b"."):
        after = content[offset + len(name) : offset + len(name) + 12]
        if _EMPTY.match(after):
            makes += 1
        elif not _READS_META.match(after):
            return False
    return makes == 1


def _globals(source: Source) -> Iterator[Use]:
    """Yield the names that the file makes global."""
    for name in list_global(source.content):
        yield Use("global", EAGER, 1, name.decode())
