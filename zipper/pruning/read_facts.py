"""What files request and read, remembered ones recalled.

In: names of files in the zip. Out: each with its module and its `FileReads`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from zipper.checks.file_facts import OPTIONAL
from zipper.checks.filesystem import TASK
from zipper.checks.walk import Module
from zipper.pruning.file_reads import (
    FileReads,
    decode_reads,
    encode_reads,
    find_reads,
    is_plain,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from zipper.checks.file_facts import FactKey
    from zipper.checks.subject import Subject
    from zipper.checks.walk import Walk

__all__ = ["ReadFacts"]

_NOTHING: Final = FileReads((), ())


class ReadFacts:
    """The files of one zip."""

    def __init__(self, subject: Subject, walk: Walk) -> None:
        self._cache = subject.cache
        self._walk = walk

    def learn(self, names: Sequence[str]) -> Iterator[tuple[str, Module, FileReads]]:
        """Yield each file with what it requests and reads."""
        modules: dict[str, Module] = {}
        fresh: list[Module] = []
        for name in names:
            path = f"{TASK}/{name}"
            module = self._walk.modules.get(path)
            if module is None:
                module = Module(path, OPTIONAL, required=not name.endswith(".mjs"))
                fresh.append(module)
            modules[name] = module
        self._walk.fill(fresh)
        self._walk.reader.remember()
        keys = {name: self._key(module.path) for name, module in modules.items()}
        cache = self._cache
        known = {} if cache is None else cache.get_many(set(keys.values()))
        found: dict[FactKey, FileReads] = {}
        news: dict[FactKey, bytes] = {}
        for name, module in modules.items():
            key = keys[name]
            reads = found.get(key) or decode_reads(known.get(key, b""))
            if reads is None:
                reads = self._scan(module)
                news[key] = encode_reads(reads)
            found[key] = reads
            yield name, module, reads
        if cache is not None and news:
            cache.put_many(news)

    def _key(self, path: str) -> FactKey:
        content = self._walk.reader.content_of(path)
        return ("reads", hashlib.blake2b(content, digest_size=20).hexdigest())

    def _scan(self, module: Module) -> FileReads:
        content = self._walk.reader.content_of(module.path)
        if not content or module.kind == "unread":
            return _NOTHING  # of one that is not read the module says it
        if is_plain(content):
            return find_reads(content, None, is_plain=True)
        return find_reads(content, self._walk.reader.source_of(content))
