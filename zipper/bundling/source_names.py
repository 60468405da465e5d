"""Names of sources and of what they become.

In: paths. Out: paths. `src/index.ts` becomes `src/index.js` in its place.
"""

from __future__ import annotations

from typing import Final

from zipper.late_pattern import late_pattern

__all__ = [
    "CODE",
    "SPECIFIER",
    "TYPED",
    "is_declaration",
    "is_source",
    "name_output",
    "spell_relative",
]

TYPED: Final = (".ts", ".tsx", ".mts", ".cts")
"""What TypeScript reads and Lambda does not."""

CODE: Final = (*TYPED, ".js", ".jsx", ".mjs", ".cjs")
"""What is followed."""

SPECIFIER: Final = late_pattern(
    rb"""(?:\bfrom|\bimport|\brequire)\s*+\(?\s*+["']([^"'\n]{1,500})["']"""
)
"""What a source seems to ask for; in texts and comments too."""

_DECLARATIONS: Final = (".d.ts", ".d.mts", ".d.cts")

_BECOMES: Final = {
    ".ts": ".js", ".tsx": ".js", ".jsx": ".js", ".mts": ".mjs", ".cts": ".cjs",
}  # fmt: skip


def is_declaration(path: str) -> bool:
    """Tell whether a file declares types and holds no code: `a.d.ts`, `a.d.json.ts`."""
    stem, _, ending = path.rpartition("/")[2].rpartition(".")
    return path.endswith(_DECLARATIONS) or (ending in ("ts", "mts", "cts") and ".d." in stem)


def is_source(path: str) -> bool:
    """Tell whether a file has to be transformed whatever it holds."""
    return path.endswith((*TYPED, ".jsx")) and not is_declaration(path)


def name_output(path: str) -> str:
    """Return what the source at `path` becomes; JavaScript keeps its name."""
    stem, dot, ending = path.rpartition(".")
    return f"{stem}{_BECOMES.get(dot + ending, dot + ending)}" if dot else path


def spell_relative(source: str, target: str) -> str:
    """Return the specifier by which the file at `source` names the one at `target`."""
    from_parts, to_parts = source.split("/")[:-1], target.split("/")
    common = 0
    while (
        common < len(from_parts)
        and common < len(to_parts) - 1
        and from_parts[common] == to_parts[common]
    ):
        common += 1
    up = [".."] * (len(from_parts) - common)
    return "/".join([*(up or ["."]), *to_parts[common:]])
