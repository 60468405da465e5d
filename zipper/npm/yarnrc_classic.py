"""Registries of .yarnrc, as yarn 1 reads it, under npm's names; its credentials are in .npmrc.

In: the text of each file. Out: a `Layer`, which is weaker than every .npmrc.

Source: yarn 1.22 src/registries/npm-registry.js `getRegistry`, yarn-registry.js.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.npm.npm_settings import NpmSource
from zipper.npm.npmrc import Layer
from zipper.npm.tool_settings import Access, Said, list_entries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["layer_from_classic"]

_LINE: Final = re.compile(
    r'"?((?:@[^\s":]+:)?registry)"?:?[ \t]+(?:"([^"]*)"|([^\s"]+))[ \t]*', re.ASCII
)


def layer_from_classic(files: Iterable[tuple[str, str]]) -> Layer:
    """Return the layer that .yarnrc files make.

    Args:
        files: path and text, the weakest first: of the home, then from the outermost folder in.

    Raises:
        ProjectError: ESETTINGS, naming file and line, for an address that is none.
    """
    return Layer("yarn", tuple(_read(files)))


def _read(files: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, NpmSource]]:
    for path, text in files:
        for number, line in enumerate(text.splitlines(), 1):
            found = _LINE.fullmatch(line)
            if found is not None:
                said = Said(found[2] or found[3] or "", NpmSource("yarn", path, number))
                yield from list_entries(Access(said), found[1].removesuffix("registry")[:-1])
