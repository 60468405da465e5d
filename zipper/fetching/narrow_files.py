"""Files that a linked package's code names and that are not packed, because of its `files`.

In: a linked folder's file names, those that are packed, and the packed code. Out: what is named.
npm links the folder, so that its code finds every file; a deployment package has what npm would
publish. What the code puts together while it runs is not seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.javascript.named_paths import list_named_paths
from zipper.npm.folder_path import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

__all__ = ["find_named"]

_CODE: Final = (".js", ".cjs", ".mjs")

_ENDINGS: Final = ("", ".js", ".json", ".node")
"""What `require` tries, in its order."""


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
            folder = name.rpartition("/")[0]
            for named in list_named_paths(read(name)):
                path = resolve(folder, named.path)
                found = next((path + ending for ending in _ENDINGS if path + ending in lost), None)
                if found is not None and found not in told:
                    told.add(found)
                    yield found, name
