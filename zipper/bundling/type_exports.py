"""Types that are imported or re-exported as if they were values, between ES modules.

In: what each ES module of the project became, and its source. Out: an error where Node would not
link. esbuild reads one file at a time: of `export { A } from './a'` it cannot tell that `A` is a
type, and Node then finds no such export.

Source: TypeScript's reference, `isolatedModules`; ECMA-262, ResolveExport.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.checks.scan import scan
from zipper.errors import ProjectError
from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zipper.bundling.output_places import OwnedFile
    from zipper.checks.file_facts import Facts

__all__ = ["LinkedModule", "find_line", "refuse_exported_types"]

_SHOWN_MAX: Final = 5


class LinkedModule(NamedTuple):
    """An ES module after esbuild."""

    code: bytes
    source: bytes
    targets: Mapping[str, OwnedFile]
    """What it imports statically of the project's own modules, by specifier."""


def refuse_exported_types(modules: Mapping[OwnedFile, LinkedModule]) -> None:
    """Raise for a name that one module takes from another, where it is a type.

    Only where every export of the other is known: not where it re-exports all of a package.

    Raises:
        ProjectError: ETYPE.
    """
    facts = {file: scan(module.code) for file, module in modules.items()}
    found = [
        (file, name, specifier)
        for file, module in modules.items()
        for name, specifier in _find_unlinked(file, module, modules, facts)
    ]
    if not found:
        return
    file, name, specifier = found[0]
    source = modules[file].source
    line = find_line(source, name, specifier)
    is_export = re.search(rb"\bexport\b", source.splitlines()[line - 1] if source else b"")
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    raise ProjectError(
        "ETYPE",
        f"`{file.path}` line {line} {'re-exports' if is_export else 'imports'} the type `{name}` "
        f"of `{specifier}` as a value, which Node.js does not find{more}",
        facts=tuple(
            (f"{one.path}:{find_line(modules[one].source, what, of)}", f"`{what}` of `{of}`")
            for one, what, of in found[:_SHOWN_MAX]
        ),
        hint=f"write `{'export' if is_export else 'import'} type {{ {name} }}`, or `type {name}` "
        "among the others",
    )


def _find_unlinked(
    file: OwnedFile,
    module: LinkedModule,
    modules: Mapping[OwnedFile, LinkedModule],
    facts: Mapping[OwnedFile, Facts],
) -> Iterator[tuple[str, str]]:
    for request in facts[file].requests:
        target = module.targets.get(request.specifier)
        if request.kind != "import" or target is None or target not in modules:
            continue
        known = _exports_of(target, modules, facts, set())
        for name in request.names:
            if known is None or name in known or name == "default":
                continue
            if _is_type(name, target, modules, set()):
                yield name, request.specifier


def _exports_of(
    file: OwnedFile,
    modules: Mapping[OwnedFile, LinkedModule],
    facts: Mapping[OwnedFile, Facts],
    seen: set[OwnedFile],
) -> set[str] | None:
    """Return all that a module exports; None where not all of it is known."""
    seen.add(file)
    names = set(facts[file].exports)
    for specifier in facts[file].stars:
        target = modules[file].targets.get(specifier)
        if target is None or target not in modules:
            return None
        if target in seen:
            continue
        more = _exports_of(target, modules, facts, seen)
        if more is None:
            return None
        names |= more
    return names


def _is_type(
    name: str,
    file: OwnedFile,
    modules: Mapping[OwnedFile, LinkedModule],
    seen: set[OwnedFile],
) -> bool:
    """Tell whether a source, or one that it re-exports, declares `name` as a type."""
    if file in seen or file not in modules:
        return False
    seen.add(file)
    word = re.escape(name.encode())
    declared = (
        rb"\b(?:interface|type|declare\s+\w+)\s+" + word + rb"\b|\btype\b[^;]*\b" + word + rb"\b"
    )
    if re.search(declared, modules[file].source):
        return True
    return any(_is_type(name, target, modules, seen) for target in modules[file].targets.values())


def find_line(source: bytes, name: str, specifier: str) -> int:
    """Return the line of the statement that takes `name` from `specifier`."""
    word = re.escape(name.encode())
    statement = re.compile(
        rb"(?:import|export)\b[^;'\"]*\b("
        + word
        + rb")\b[^;'\"]*['\"]"
        + re.escape(specifier.encode())
    )
    found = statement.search(source) or re.search(rb"\b(" + word + rb")\b", source)
    return 1 if found is None else source.count(b"\n", 0, found.start(1)) + 1
