"""A function in TypeScript: sources on top of a project, and a change in one of them.

In: a copied project, whose `index.js` has the handler. Out: `src/index.ts`, which answers with it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["BUNDLE_CHANGED", "TYPESCRIPT_CHANGED", "change_source", "describe_sources"]

TYPESCRIPT_CHANGED: Final = "typescript-changed"
"""The case: a build after one source has changed."""

BUNDLE_CHANGED: Final = "bundle-changed"
"""The case: the same with `bundle`, which is what esbuild's own command does."""

_PARTS: Final = 20

_PART = """\
export enum Kind{0} {{ Small = {0}, Large }}
export interface Shape{0} {{ readonly name: string; readonly kind: Kind{0} }}
export class Part{0} {{
  constructor(private readonly shape: Shape{0}) {{}}
  describe(): string {{ return `${{this.shape.name}} ${{this.shape.kind}}`; }}
}}
"""


def describe_sources(folder: Path) -> None:
    """Write the sources into the project in `folder`."""
    source = folder / "src"
    source.mkdir()
    numbers = range(_PARTS)
    for number in numbers:
        (source / f"part{number}.ts").write_text(_PART.format(number), encoding="utf-8")
    lines = [f'import {{ Kind{n}, Part{n} }} from "./part{n}";' for n in numbers]
    parts = [f'  new Part{n}({{ name: "{n}", kind: Kind{n}.Large }}),' for n in numbers]
    lines += ["export const parts = [", *parts, "].map((part): string => part.describe());"]
    lines.append('export { handler } from "../index.js";')
    (source / "index.ts").write_text("\n".join(lines) + "\n", encoding="utf-8")


def change_source(folder: Path) -> None:
    """Add what changes the output of the first part, each time to something new.

    It has an effect, because esbuild leaves out of a bundle what has none.
    """
    with (folder / "src" / "part0.ts").open("a", encoding="utf-8") as file:
        file.write(f'Part0.prototype.toString = (): string => "{time.time_ns()}";\n')
