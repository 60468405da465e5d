"""Files that a linked package's code names and that are not packed, because of its `files`.

In: a linked folder's file names, those that are packed, and the packed code. Out: what is named.
npm links the folder, so that its code finds every file; a deployment package has what npm would
publish. What the code puts together while it runs is not seen.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from zipper.npm.folder_path import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

__all__ = ["find_named"]

_CODE: Final = (".js", ".cjs", ".mjs")
_RELATIVE: Final = re.compile(rb"[\"'`](\.{1,2}/[^\"'`\n$]{1,200})")
"""A path that begins with a dot, up to what is put in at run time."""
_JOINED: Final = re.compile(
    rb"(?:__dirname|import\.meta\.dirname)\s*((?:,\s*[\"'`][^\"'`\n$]{1,200}[\"'`]\s*)+)"
)
"""The texts that are joined to the file's own folder."""
_APPENDED: Final = re.compile(
    rb"(?:__dirname|import\.meta\.dirname)(?:\}|\s*\+\s*[\"'`])/([^\"'`\n$]{1,200})"
)
"""What is put behind the file's own folder: `__dirname + "/x"`, `${__dirname}/x`."""
_TEXT: Final = re.compile(rb"[\"'`]([^\"'`]+)[\"'`]")


def find_named(
    left_out: Collection[str], packed: Collection[str], read: Callable[[str], bytes]
) -> Iterator[tuple[str, str]]:
    """Yield each file or folder that is left out and named, with the first file that names it.

    Args:
        left_out: files of the folder that are not packed.
        packed: files that are.
        read: gives the bytes of one that is packed.
    """
    folders: dict[str, None] = {}
    for name in left_out:
        while name := name.rpartition("/")[0]:
            folders[name] = None
    for name in packed:
        folder = name.rpartition("/")[0]
        while folder:
            folders.pop(folder, None)
            folder = folder.rpartition("/")[0]
    lost = {*left_out, *folders}
    told: set[str] = set()
    for name in packed:
        if name.endswith(_CODE):
            for path in _list_paths(read(name), name.rpartition("/")[0]):
                if path in lost and path not in told:
                    told.add(path)
                    yield path, name


def _list_paths(code: bytes, folder: str) -> Iterator[str]:
    """Yield the paths that the code of a file in `folder` names, as seen from the package."""
    for pattern in (_RELATIVE, _APPENDED):
        for found in pattern.finditer(code):
            yield resolve(folder, found[1].decode("utf-8", "replace"))
    for found in _JOINED.finditer(code):
        parts = (text[1].decode("utf-8", "replace") for text in _TEXT.finditer(found[1]))
        yield resolve(folder, "/".join(part.strip("/") for part in parts))
