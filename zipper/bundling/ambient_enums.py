"""Ambient `const enum`s that one file takes from another: nothing of them is there at run time.

In: what each module of the project became, and its source. Out: an error where one is used.
`tsc` puts the numbers in their places, because it reads all files; esbuild reads one at a time.

Source: TypeScript's reference, `isolatedModules`, "References to const enum members" (TS2748).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.bundling.type_exports import find_line
from zipper.errors import ProjectError
from zipper.late_pattern import late_pattern

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zipper.bundling.output_places import OwnedFile
    from zipper.bundling.type_exports import LinkedModule

__all__ = ["refuse_ambient_enums"]

_DECLARED: Final = late_pattern(rb"\bdeclare\s+const\s+enum\s+([A-Za-z_$][\w$]*)")


def refuse_ambient_enums(modules: Mapping[OwnedFile, LinkedModule]) -> None:
    """Raise for the first use of another file's `declare const enum`.

    Raises:
        ProjectError: ETYPE.
    """
    declared = {
        file: set(_DECLARED.findall(module.source))
        for file, module in modules.items()
        if b"declare" in module.source
    }
    for file, module in modules.items():
        for specifier, target in module.targets.items():
            for name in sorted(declared.get(target, ())):
                if _uses(module, name, specifier):
                    line = find_line(module.source, name.decode(), specifier)
                    raise ProjectError(
                        "ETYPE",
                        f"`{file.path}` line {line} uses the enum `{name.decode()}` of "
                        f"`{specifier}`, which is declared and never made",
                        facts=((f"{target.path}", f"declare const enum {name.decode()}"),),
                        hint="take `declare` away: a `const enum` of a source is made as any enum",
                    )


def _uses(module: LinkedModule, name: bytes, specifier: str) -> bool:
    """Tell whether a name is imported from `specifier`, and left in what the module became."""
    word, place = re.escape(name), re.escape(specifier.encode())
    imported = rb"\bimport\b(?!\s+type\b)[^;'\"]*\b" + word + rb"\b[^;'\"]*['\"]" + place
    left = rb"\bimport_[\w$]+\." + word + rb"\b|\bimport\s*\{[^}]*\b" + word + rb"\b"
    return bool(re.search(imported, module.source) and re.search(left, module.code))
