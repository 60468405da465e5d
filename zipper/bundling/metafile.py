"""esbuild's metafile of one bundle, as values.

In: its text. Out: inputs with what they import, the output with the bytes of each input.

Source: esbuild 0.28, "Metafile".
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from zipper.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Import", "Metafile", "read_metafile"]


class Import(NamedTuple):
    """One request of an input."""

    path: str
    """The input that was found; of what is external the specifier."""
    kind: str
    is_external: bool
    original: str
    """The specifier, where esbuild says it."""


class Metafile(NamedTuple):
    """What a bundle is made of."""

    inputs: Mapping[str, tuple[Import, ...]]
    """Path from the root to what it imports."""
    sizes: Mapping[str, int]
    """Bytes of each input in the bundle."""


def read_metafile(text: bytes) -> Metafile:
    """Return the values in a metafile that esbuild wrote."""
    document = json.loads(text)
    inputs = {
        path: tuple(
            Import(
                one["path"],
                one["kind"],
                bool(one.get("external")),
                one.get("original", one["path"]),
            )
            for one in row["imports"]
        )
        for path, row in document["inputs"].items()
    }
    sizes: dict[str, int] = {}
    for output in document["outputs"].values():
        for path, row in output["inputs"].items():
            sizes[path] = sizes.get(path, 0) + row["bytesInOutput"]
    return Metafile(inputs, sizes)
