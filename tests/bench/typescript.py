"""A function in TypeScript: a project's own, or sources on top of it; and a change in one of them.

In: a copied project. Out: where its handler is: in its own source, or in `src/index.ts`, which is
written and passes on the handler of `index.js`.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.projects import Project

__all__ = [
    "BUNDLE_CHANGED",
    "TYPESCRIPT_CHANGED",
    "change_source",
    "describe_sources",
    "find_handler",
]

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


_WRITTEN: Final = "src/index.handler"


def find_handler(project: Project) -> str:
    """Return the handler of a project, whose source is TypeScript: its own, or what is written."""
    own = project.handler or ""
    source = project.folder / project.project_dir / f"{own.rpartition('.')[0]}.ts"
    return own if source.is_file() else _WRITTEN


def describe_sources(folder: Path, handler: str) -> None:
    """Write sources into the project in `folder`, where `handler` is in none of its own."""
    if handler != _WRITTEN:
        return
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


def change_source(folder: Path, handler: str) -> None:
    """Add what changes the output of the first part, or of the handler's own source, each time.

    It has an effect, because esbuild leaves out of a bundle what has none.
    """
    name = "src/part0.ts" if handler == _WRITTEN else f"{handler.rpartition('.')[0]}.ts"
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(f"Object.assign(globalThis, {{ changed: {time.time_ns()} }});\n")
