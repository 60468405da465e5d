"""Files that bundled sources read by their own place: where each is, and where the bundle looks.

In: what a source became, as JavaScript. Out: `NamedPlace`s. A bundle lies where the handler's
source lay, so that `__dirname` in another folder's source means another folder in it.

Source: esbuild's documentation, "Bundling for node"; @vercel/nft, which evaluates paths alike.
"""

from __future__ import annotations

import re
from itertools import islice
from posixpath import normpath
from typing import TYPE_CHECKING, Final

from zipper.bundling.known_starts import find_start
from zipper.bundling.package_mentions import CREATED
from zipper.checks.constants import HERE, ITSELF, ROOT, Constants
from zipper.checks.syntax import is_shadowed, literal, open_source
from zipper.late_pattern import late_pattern
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

    from zipper.checks.syntax import Source

__all__ = ["NamedPlace", "find_places", "names_places"]

_PLACES: Final = late_pattern(
    rb"__dirname|__filename|import\.meta\.(?:url|dirname|filename)|process\.cwd\(\)"
    rb"|process\.env\.LAMBDA_TASK_ROOT|\b(?:require|import\.meta)\.resolve\s*\(\s*['\"`]\.{1,2}/"
)
_COMMENT: Final = late_pattern(rb"//|^\s*/?\*")
_READS: Final = frozenset(
    b"readFile readFileSync createReadStream readdir readdirSync opendir opendirSync open openSync"
    b" loadSync renderFile compileFile sendFile".split()
)
_STARTS: Final = (b"Worker", b"fork")
"""They take a path from the current folder, which begins with a dot."""
_FOLDER_KEYS: Final = frozenset(
    b"cwd dir root rootDir basedir baseDir basePath directory folder".split()
)
_WITHIN: Final = frozenset(
    {"arguments", "template_substitution", "template_string", "binary_expression"}
)
"""What may stand between a place and the call that it is an argument of."""
_CALLS: Final = ("call_expression", "new_expression")
_NAMES_MAX: Final = 2_000
_SHOWN_MAX: Final = 100
_HARMLESS: Final = frozenset({b"createRequire"})


class NamedPlace(NamedTuple):
    """A path that a source makes of its own place, or of the current folder."""

    path: str
    """From the root of all on, as the source lies; may begin with `..`."""
    looked: str
    """From the top of the package on, as the bundle lies; may begin with `..`."""
    is_known: bool
    """False where only the folder is known, and not what is asked of it."""
    mention: int
    """Which mention of a place in the file it is, from 0: its line in the source."""
    text: str
    """The expression."""

    def line_in(self, source: bytes) -> int:
        """Return the line of the source that names it."""
        mentions = [
            match.start()
            for match in _PLACES.finditer(source)
            if not _COMMENT.search(
                source[source.rfind(b"\n", 0, match.start()) + 1 : match.start()]
            )
        ]
        at = (
            mentions[self.mention]
            if self.mention < len(mentions)
            else source.find(self.text.encode())
        )
        return source.count(b"\n", 0, max(at, 0)) + 1


def names_places(content: bytes) -> bool:
    """Tell whether a source may name its own place or read a file."""
    names = (*_READS, *_STARTS, b"createRequire")
    return _PLACES.search(content) is not None or any(name in content for name in names)


def find_places(content: bytes, *, path: str, bundle: str, folder: str) -> list[NamedPlace]:
    """Return the places that JavaScript names.

    Args:
        content: what the source became.
        path: of the source, from the root on.
        bundle: of the bundle, from the top of the package on.
        folder: of the project, from the root on: the current folder of a function.
    """
    source = open_source(content)
    if source is None:
        return []
    finder = _PlaceFinder(source, path=path, bundle=bundle, folder=folder)
    return list(dict.fromkeys(finder.find()))


class _PlaceFinder:
    """The places of one file."""

    def __init__(self, source: Source, *, path: str, bundle: str, folder: str) -> None:
        self._source = source
        self._constants = Constants(source, resolves=True, inner=True)
        self._here = path.rpartition("/")[0]
        self._path = path
        self._bundle = bundle
        self._folder = folder
        self._names: dict[bytes, int] = {}

    def find(self) -> Iterator[NamedPlace]:
        mentions = [match.start() for match in _PLACES.finditer(self._source.content)]
        for count, offset in enumerate(mentions[:_NAMES_MAX]):
            path = self._source.path_to(offset)
            if path[-1].type not in ("comment", "string_fragment"):
                yield from self._judge(path, count)
        for name, count in list(self._names.items()):
            for path in islice(self._source.find_words(name), _NAMES_MAX):
                is_use = path[-1].type == "identifier" and not is_shadowed(self._source, path)
                if is_use and path[-2].child_by_field_name("name") != path[-1]:
                    yield from self._judge(path, count)
        yield from self._find_read(len(mentions))
        yield from self._find_created(len(mentions))

    def _judge(self, path: list[Node], count: int) -> Iterator[NamedPlace]:
        """Look at the largest expression around a mention that is sure to mean a path."""
        index, value = self._widen(path)
        if value is None:
            return
        node, parent = path[index], path[index - 1]
        declared = parent.child_by_field_name("name")
        if parent.type == "variable_declarator" and declared is not None:
            self._names.setdefault(self._source.text_of(declared), count)
            if _is_bare(value):
                return
        around = self._call_around(path, index) or self._pair_around(path, index)
        if _is_bare(value) and around is None:
            return
        start = value
        if _is_bare(value) and around is not None:
            begin = find_start(self._constants, self._source, path, around)
            start = begin if begin is not None and not _is_bare(begin) else value
        is_known = not _is_bare(start)
        shown = node if around is None or not _is_bare(value) else around
        yield self._place(start, count, shown, is_known=is_known)

    def _widen(self, path: list[Node]) -> tuple[int, str | None]:
        best, value = len(path) - 1, None
        for index in range(len(path) - 1, max(0, len(path) - 12), -1):
            found = self._constants.value_of(path[:index], path[index])
            if found is not None and found[:1] in (HERE, ITSELF, ROOT):
                best, value = index, found
        return best, value

    def _call_around(self, path: list[Node], index: int) -> Node | None:
        """Return the call that has the expression as an argument, if it is one that matters."""
        for node in reversed(path[max(0, index - 12) : index]):
            if node.type in _CALLS:
                text = self._name_called(node)
                return None if text in _HARMLESS or not _takes_paths(text) else node
            if node.type not in _WITHIN:
                return None
        return None

    def _pair_around(self, path: list[Node], index: int) -> Node | None:
        """Return the member of an object that hands the expression on as a folder to look in."""
        pair = path[index - 1]
        key = pair.child_by_field_name("key") if pair.type == "pair" else None
        return pair if key is not None and self._source.text_of(key) in _FOLDER_KEYS else None

    def _name_called(self, call: Node) -> bytes:
        name = call.child_by_field_name("function") or call.child_by_field_name("constructor")
        return b"" if name is None else self._source.text_of(name).rpartition(b".")[2]

    def _find_read(self, count: int) -> Iterator[NamedPlace]:
        """Yield what is read or started by a text that is relative to the current folder."""
        for path in islice(self._source.find_words(*_READS, *_STARTS), _NAMES_MAX):
            first, text = self._first_text(path)
            if first is None or text.startswith(("/", "http:", "https:")):
                continue
            if text.startswith(("./", "../")) or self._source.text_of(path[-1]) in _READS:
                yield self._place(f"{ROOT}/{text}", count, first, is_known=True)

    def _find_created(self, count: int) -> Iterator[NamedPlace]:
        """Yield what functions of `createRequire` are called with: no bundler follows them."""
        names = dict.fromkeys(CREATED.findall(self._source.content))
        for path in islice(self._source.find_words(*names), _NAMES_MAX) if names else ():
            first, text = self._first_text(path)
            if first is not None and text.startswith(("./", "../")):
                yield self._place(f"{HERE}/{text}", count, first, is_known=True)

    def _first_text(self, path: list[Node]) -> tuple[Node | None, str]:
        """Return the first argument of the call that a name is called in, where it is a text."""
        call = next((node for node in reversed(path[-4:]) if node.type in _CALLS), None)
        arguments = None if call is None else call.child_by_field_name("arguments")
        first = None if arguments is None else next(iter(arguments.named_children), None)
        text = None if first is None else literal(first, self._source.content)
        return (first, text) if text else (None, "")

    def _place(self, value: str, count: int, node: Node, *, is_known: bool) -> NamedPlace:
        starts = {
            HERE: (self._here, self._bundle.rpartition("/")[0]),
            ITSELF: (self._path, self._bundle),
            ROOT: (self._folder, ""),
        }
        was, looks = starts[value[:1]]
        text = re.sub(r"\s+", " ", self._source.text_of(node).decode("utf-8", "replace"))
        return NamedPlace(
            _join(was, value[1:]),
            _join(looks, value[1:]),
            is_known,
            count,
            text if len(text) <= _SHOWN_MAX else f"{text[: _SHOWN_MAX - 1]}…",
        )


def _is_bare(value: str) -> bool:
    """Return whether a value is a place itself, its folder or one above, and names nothing."""
    return all(part in ("", ".", "..") for part in value[1:].split("/"))


def _takes_paths(name: bytes) -> bool:
    return name in _READS or name in (
        b"join",
        b"resolve",
        b"URL",
        b"Worker",
        b"fork",
        b"glob",
        b"static",
    )


def _join(folder: str, rest: str) -> str:
    path = normpath(f"{folder}/{rest.lstrip('/')}" if folder else rest.lstrip("/") or ".")
    return "" if path == "." else path
