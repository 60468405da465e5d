"""What a bundle in a package is made of: the packages and files that a bundler put into one file.

In: the package's files, and what reads them; or esbuild's metafile. Out: for each bundle its bytes
by source, the sources named as they would be in a project's folder.
"""

from __future__ import annotations

import posixpath
import re
from base64 import b64decode
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote

from zipper.npm.folder_path import find_installed, find_package
from zipper.report.source_map import split_by_map

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from zipper.report.inventory import File

__all__ = ["BundlePart", "find_parts", "name_parts"]

_SCRIPTS: Final = (".js", ".mjs", ".cjs")
_SMALLEST_BYTES: Final = 1_000
_LIMIT_BYTES: Final = 64 * 1024 * 1024
_TAIL: Final = 1 << 20
_COMMENT: Final = r"""//[#@][ \t]*sourceMappingURL=([^\s'"]+)"""
_DATA: Final = re.compile(r"data:[^,]*;base64,|data:[^,]*,")
_PNPM: Final = re.compile(r"(?:^|/)\.pnpm/((?:@[^/+]+\+)?[^/@]+)@(\d[^/_()]*)")

SOURCE_MAP: Final = "the source map in it"
"""What a map that is part of the script itself is called among its sources."""

Parts = dict[str, int]
"""Bytes by source; what belongs to none is under `""`."""


class BundlePart(NamedTuple):
    """One source of a bundle."""

    package: str
    """The name of its npm package; empty for the project's own."""
    version: str
    """Where the source's path says it, as pnpm's folders do."""
    path: str
    """In the package, or in the project; empty for what belongs to no source."""
    size_bytes: int


def find_parts(files: Iterable[File], read: Callable[[str], bytes | None]) -> dict[str, Parts]:
    """Return the sources of the project's own scripts that have a source map.

    The map is in the script, beside it, or where the script says.

    Args:
        files: of the package.
        read: returns the bytes of a file; None where it cannot be read.
    """
    known = {file.name: file for file in files if file.size_bytes <= _LIMIT_BYTES}
    found = {}
    for name, file in known.items():
        is_script = file.size_bytes >= _SMALLEST_BYTES and name.endswith(_SCRIPTS)
        if not is_script or find_installed(name):
            continue
        data = read(name)
        source_map, own_bytes = (None, 0) if data is None else _find_map(name, data, known, read)
        if data is None or source_map is None:
            continue
        try:
            parts = split_by_map(data.decode("utf-8", "replace"), source_map)
        except (ValueError, TypeError):
            continue  # what is no source map says nothing
        if 0 < own_bytes <= parts.get("", 0):
            parts[""] -= own_bytes
            parts[SOURCE_MAP] = own_bytes
        found[name] = parts
    return found


def name_parts(parts: Mapping[str, int]) -> Iterator[BundlePart]:
    """Yield the sources of a bundle by name, each once, what belongs to none last."""
    paths = {source: _clean(source) for source in parts if source}
    own = [path for path in paths.values() if "node_modules/" not in path and path != SOURCE_MAP]
    above = posixpath.commonpath(own) if own and all(map(posixpath.isabs, own)) else ""
    top = posixpath.dirname(above) if len(set(own)) == 1 else above
    sizes: dict[tuple[str, str, str], int] = {}
    for source, path in paths.items():
        folder = find_package(path)
        name = folder.rpartition("node_modules/")[2]
        pnpm = _PNPM.search(folder)
        version = pnpm[2] if pnpm and pnpm[1].replace("+", "/") == name else ""
        # Folders of this disk stay private: own sources are named from the deepest one.
        inside = path[len(folder) + 1 :] if folder else path.removeprefix(top).lstrip("/")
        key = (name, version, inside)
        sizes[key] = sizes.get(key, 0) + parts[source]
    for (name, version, inside), size in sorted(sizes.items()):
        yield BundlePart(name, version, inside, size)
    if parts.get(""):
        yield BundlePart("", "", "", parts[""])


def _find_map(
    name: str, data: bytes, known: Mapping[str, File], read: Callable[[str], bytes | None]
) -> tuple[bytes | None, int]:
    """Return the source map of a script, or None; and its bytes in the script itself."""
    comments = re.findall(_COMMENT, data[-_TAIL:].decode("utf-8", "replace"))
    if not comments and b"sourceMappingURL=data:" in data:
        # A map in the script itself may be most of it.
        last = data.rpartition(b"sourceMappingURL=")[2]
        comments = [last.split(None, 1)[0].decode("utf-8", "replace")] if last else []
    address = comments[-1] if comments else ""
    if address.startswith("data:"):
        return _read_data(address), len(address)
    beside = posixpath.join(posixpath.dirname(name), unquote(address)) if address else ""
    for candidate in (posixpath.normpath(beside), f"{name}.map"):
        if candidate in known:
            return read(candidate), 0
    return None, 0


def _read_data(address: str) -> bytes | None:
    head = _DATA.match(address)
    if head is None:
        return None
    rest = address[head.end() :]
    try:
        return b64decode(rest) if head[0].endswith(";base64,") else unquote(rest).encode("utf-8")
    except ValueError:
        return None


def _clean(source: str) -> str:
    """Return a source's path without scheme, query, and the way up to the project."""
    path = re.sub(r"^[a-z][a-z0-9+.-]*://[^/]*/", "/", source, flags=re.IGNORECASE)
    if path != source and not source.startswith("file:"):
        path = path.lstrip("/")  # `webpack://name/./src/index.js` names no folder of a disk
    path = posixpath.normpath(path.partition("?")[0].replace("\\", "/"))
    return re.sub(r"^(\.\./)+", "", path)
