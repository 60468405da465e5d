"""What the files of a closure say: read once, scanned once, and remembered.

In: a file system, what remembers, the function's variables. Out: the facts of modules,
the names of CommonJS files, sources. Files that several zips of a run have are neither read nor
scanned again.
"""

from __future__ import annotations

import hashlib
import json
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from zipper.checks.file_facts import (
    FactKey,
    Facts,
    FactsCache,
    Names,
    decode_facts,
    decode_names,
    encode,
    weaken,
)
from zipper.errors import ArchiveError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.checks.filesystem import FileSystem
    from zipper.checks.known_stretches import KnownStretches
    from zipper.checks.syntax import Source
    from zipper.checks.walk import Module

__all__ = ["NO_FACTS", "TYPED", "ModuleReader", "extension_of", "is_own"]

TYPED: Final = (".ts", ".mts", ".cts")
"""Files of which Node.js 22.18 and newer take the types off."""
_FILE_LIMIT_BYTES: Final = 64 * 1024 * 1024
"""The largest file that is read. What a larger one asks for is unknown."""
_LARGE_BYTES: Final = 100_000
NO_FACTS: Final = Facts(0, False, False, 0, (), (), (), ())  # noqa: FBT003 - a row of the table


class ModuleReader:
    """Gives modules their facts, from memory or notes where they are; new ones are kept."""

    def __init__(
        self, files: FileSystem, cache: FactsCache | None, variables: Mapping[str, str]
    ) -> None:
        self._files = files
        self._cache = cache
        self._variables = variables
        self._given = tuple(f"{name}={value}" for name, value in sorted(variables.items()))
        self._fresh: dict[FactKey, bytes] = {}
        self._large: tuple[bytes, Source | None] = b"", None
        self._last: tuple[str, bytes] = "", b""
        """The last large file by its path, which is inflated once."""
        self._hashed: tuple[bytes, str] = b"", ""

    def read(self, wave: Iterable[Module]) -> None:
        """Give each module of `wave` its facts, or the kind that says enough."""
        keys: dict[str, FactKey] = {}
        for module in wave:
            if self._take_kept(module):
                continue
            content = self._read(module)
            if content is None:
                continue
            if module.path.endswith(".json"):
                self._keep(module, _check_json(content))
            else:
                kind = "own-facts" if is_own(module.path) else "facts"
                keys[module.path] = (kind, self._digest(content), *self._given_to(content))
        known = {} if self._cache is None else self._cache.get_many(set(keys.values()))
        for module in wave:
            key = keys.get(module.path)
            if key is not None:
                self._recall(module, key, known)

    def _given_to(self, content: bytes) -> Iterator[str]:
        r"""Yield the variables that may decide about a file: those that it names.

        It may spell them with escapes, as in `process.env["\x41"]`.
        """
        if not self._given:
            return
        text = content.decode("utf-8", "replace")
        if "\\" in text:
            from zipper.checks.source_text import unescape  # noqa: PLC0415  (for variables)

            text += unescape(text)
        for row in self._given:
            name = row.partition("=")[0]
            if not name.isascii() or name in text:
                yield row

    def _recall(self, module: Module, key: FactKey, known: Mapping[FactKey, bytes]) -> None:
        """Give `module` its facts: remembered, of another copy of the file, or scanned."""
        facts = decode_facts(known.get(key, b"")) or decode_facts(self._fresh.get(key, b""))
        if facts is not None:
            self._keep(module, facts)
            return
        kept = self._files.known_at(module.path)
        # Of functions that are judged at once, one scans the file.
        with nullcontext() if kept is None else kept.lock:
            if not self._take_kept(module):
                # Contents are not kept meanwhile: a wave of them would take more memory than
                # reading again.
                self._keep(module, self._scan(module, key))

    def _take_kept(self, module: Module) -> bool:
        """Give `module` the facts that this run has of the same file; return whether it has."""
        kept = self._files.known_at(module.path)
        facts = None if kept is None else kept.memory.get((module.path, self._given))
        if facts is not None:
            _set_facts(module, facts)
        return facts is not None

    def _keep(self, module: Module, facts: Facts) -> None:
        kept = self._files.known_at(module.path)
        if kept is not None:
            kept.memory[module.path, self._given] = facts
        _set_facts(module, facts)

    def _scan(self, module: Module, key: FactKey) -> Facts:
        from zipper.checks.scan import scan  # noqa: PLC0415 - the parser is loaded when one is needed

        content = self._read(module) or b""
        facts = scan(content, is_own=is_own(module.path), source=self.source_of(content))
        self._fresh[key] = encode(facts)
        return facts

    def source_of(self, content: bytes) -> Source | None:
        """Return a file parsed, None where it cannot be.

        The last large one is kept, because parsing it takes seconds.
        """
        from zipper.checks.file_units import may_be_large  # noqa: PLC0415 - as for `scan`
        from zipper.checks.syntax import open_source  # noqa: PLC0415 - as for `scan`

        if not may_be_large(content):
            return open_source(content, self._variables)
        if self._large[0] != content:
            self._large = b"", None  # before the next one takes its memory
            path = self._last[0] if self._last[1] is content else ""
            known = self._open_stretches(path) if path and is_own(path) else None
            self._large = content, open_source(content, self._variables, known)
            noted = b"" if known is None else known.encode()
            if noted:
                self._fresh["stretches", path] = noted
        return self._large[1]

    def _open_stretches(self, path: str) -> KnownStretches | None:
        """Return what is known of the parts of a file: a bundle changes in few of them."""
        from zipper.checks.known_stretches import KnownStretches  # noqa: PLC0415 - as for `scan`

        return None if self._cache is None else KnownStretches(self._known(("stretches", path)))

    def _read(self, module: Module) -> bytes | None:
        """Return what is to be scanned, or None where the kind of file says enough."""
        extension = extension_of(module.path)
        if extension in (".node", ".wasm"):
            module.kind = "addon"
            return None
        try:
            return self._read_file(module.path)
        except ArchiveError as error:
            module.kind = "unread"
            module.problem = error.message
            return None

    def _read_file(self, path: str) -> bytes | None:
        if self._last[0] == path:
            return self._last[1]
        content = self._files.read(path, limit_bytes=_FILE_LIMIT_BYTES)
        if content is not None and len(content) > _LARGE_BYTES:
            self._last = path, content
        return content

    def _digest(self, content: bytes) -> str:
        if self._hashed[0] is not content:
            self._hashed = content, hashlib.blake2b(content, digest_size=20).hexdigest()
        return self._hashed[1]

    def remember(self) -> None:
        """Hand new facts to the cache."""
        if self._cache is not None and self._fresh:
            self._cache.put_many(self._fresh)
            self._fresh = {}

    def find_names(self, path: str) -> Names | None:
        """Return what a CommonJS file exports by its text, None where there is no text."""
        kept = self._files.known_at(path)
        known: Names | None = None if kept is None else kept.memory.get(("names", path))
        content = self.content_of(path) if known is None else b""
        if not content:
            return known
        key = ("names", self._digest(content))
        known = decode_names(self._known(key))
        if known is None:
            from zipper.checks.commonjs_names import find_commonjs_names  # noqa: PLC0415 - as for `scan`

            known = find_commonjs_names(content, source=self.source_of(content))
            self._fresh[key] = encode(known)
        if kept is not None:
            kept.memory["names", path] = known
        return known

    def content_of(self, path: str) -> bytes:
        """Return what is in a file; nothing where it cannot be read."""
        try:
            return self._read_file(path) or b""
        except ArchiveError:
            return b""

    def _known(self, key: FactKey) -> bytes:
        """Return what the cache has under `key`, else nothing."""
        return b"" if self._cache is None else self._cache.get_many([key]).get(key, b"")


def is_own(path: str) -> bool:
    """Return whether a file belongs to no package that was installed."""
    return "/node_modules/" not in path


def extension_of(path: str) -> str:
    """Return the extension of a file's name with its dot, empty where it has none."""
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :] if "." in name else ""


def _set_facts(module: Module, facts: Facts) -> None:
    if module.path.endswith(".json"):
        module.kind = "json"
    module.facts = _without_types(facts) if extension_of(module.path) in TYPED else facts


def _without_types(facts: Facts) -> Facts:
    """Return the facts of a TypeScript file, of which the grammar of JavaScript reads a part."""
    if not facts.syntax_error_line and not facts.flaws:
        return facts
    return weaken(facts)._replace(syntax_error_line=0, flaws=())


def _check_json(content: bytes) -> Facts:
    try:
        json.loads(content.decode("utf-8", "replace").removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        return NO_FACTS._replace(syntax_error_line=error.lineno)
    except RecursionError:
        return NO_FACTS
    return NO_FACTS
