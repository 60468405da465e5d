"""Code that changes how Node finds modules, or reads them.

In: a file's text. Out: `Use` values of the kind `hook`. Where a file of the closure has one, what
is missing may be found all the same, and what does not parse may be compiled: nothing is sure. What
only watches, such as `Module.prototype.require` of tracers, is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.checks.file_facts import CONDITIONAL, EAGER, Use
from zipper.checks.source_text import find_matches
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from zipper.checks.walk import Module

__all__ = ["changes_loading", "find_hooks"]

_PRIVATE: Final = late_pattern(
    rb"_(?:resolveFilename|nodeModulePaths|findPath|initPaths|extensions|(?<=\._)load)"
)
_REGISTER: Final = late_pattern(rb"register")
_SPACES_MAX: Final = 200
_TAKES: Final = late_pattern(rb"registerHooks|\.register[()]|[{,]\s{0,200}register")
"""What every file has that patches Node's own module, or registers: most are done after these.

A pattern that begins with one sign looks for six texts in the time of one.
"""
_OF_MODULE: Final = (
    (b"module", b"Module"),
    late_pattern(
        rb"(?<=[\'\"`])module[\'\"`]|(?<=[\'\"`]node:)module[\'\"`]|module\.constructor|\bModule\b"
    ),
)
_PATCHES: Final = (
    (
        b"._resolveFilename",
        b"._nodeModulePaths",
        b"._findPath",
        b"._load",
        b"._initPaths",
        b"_extensions",
    ),
    late_pattern(
        rb"\.(?:_resolveFilename|_nodeModulePaths|_findPath|_load)\s*=(?!=)|\._initPaths\s*\("
        rb"|\b_extensions\s*(?:\[[^\]]*\]|\.\w+)\s*=(?!=)"
    ),
)
_BY_REQUIRE: Final = (
    (b"require.extensions", b"module.paths", b"main.paths"),
    late_pattern(
        rb"\brequire\.extensions\s*(?:\[[^\]]*\]|\.\w+)\s*=(?!=)"
        rb"|\b(?:module|main)\.paths\s*(?:=(?!=)|\.(?:push|unshift|splice)\s*\()"
    ),
)
"""Each with the texts that it begins with."""
_NAMED: Final = (
    (b"'module", b'"module', b"`module", b"'node:module", b'"node:module', b"`node:module"),
    late_pattern(rb"(['\"`])(?:node:)?module\1"),
)
_REGISTERS: Final = (
    (b".register",),
    late_pattern(rb"\.register(Hooks\b)?\b(\)?)\s*\(\s*(['\"`]|new URL\b|[\w$.]*pathToFileURL\b)?"),
)
_NAME: Final = late_pattern(rb"[\w$]+")
_OWNER: Final = late_pattern(rb"([\w$]+)\s*\Z|['\"`](?:node:)?module['\"`]\s*\)\s*\Z")
_BEFORE_BYTES: Final = 200
"""How far before `"module"` the names are that mean it."""
_REGISTRIES: Final = (b"register", b"registerHooks")


def find_hooks(content: bytes) -> Iterator[Use]:
    """Yield what a file patches, whenever that runs.

    Roughly, because a wrong yes only says less.
    """
    if _has(content, *_BY_REQUIRE):
        yield Use("hook", EAGER, 1, "patch")
    elif _may_change_module(content) and _has(content, *_OF_MODULE):
        if _has(content, *_PATCHES):
            yield Use("hook", EAGER, 1, "patch")
        elif _registers(content):
            yield Use("hook", EAGER, 1, "register")


def _may_change_module(content: bytes) -> bool:
    places = [match.start() for match in find_matches(content, (b"register",), _REGISTER)]
    registers = any(
        _TAKES.search(content, max(0, at - _SPACES_MAX - 1), at + len(b"registerHooks"))
        for at in places
    )
    return registers or _PRIVATE.search(content) is not None


def _registers(content: bytes) -> bool:
    """Return whether a file calls `register` of Node's `module`, and not that of anything else.

    Where a bundler hides whose it is, by what it is given: a specifier, or an address.
    """
    names = {b"constructor"}
    for match in find_matches(content, *_NAMED):
        before = content[max(0, match.start() - _BEFORE_BYTES) : match.start()]
        names.update(_NAME.findall(before, before.rfind(b";") + 1))
    if not names.isdisjoint(_REGISTRIES):
        return True
    for match in find_matches(content, *_REGISTERS):
        hooks, is_imported, address = match.groups()
        if hooks or is_imported or address:
            return True
        owner = _OWNER.search(content[max(0, match.start() - _BEFORE_BYTES) : match.start()])
        if owner is not None and (owner[1] is None or owner[1] in names):
            return True
    return False


def _has(content: bytes, texts: Iterable[bytes], pattern: re.Pattern[bytes]) -> bool:
    return next(find_matches(content, texts, pattern), None) is not None


def changes_loading(modules: Iterable[Module]) -> bool:
    """Return whether a file that may run while the handler loads changes how modules are loaded.

    Packages register hooks to watch; the project's own files do so for anything.
    """
    return any(
        use.kind == "hook" and (use.text == "patch" or "/node_modules/" not in module.path)
        for module in modules
        if module.level <= CONDITIONAL
        for use in module.facts.uses
    )
