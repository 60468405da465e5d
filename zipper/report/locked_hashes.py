"""The hashes that a lockfile says for the packages in a zip.

In: the listing of a zip that holds the lockfile it was built from, or a project's tree; the
packages. Out: the hashes of each package's tarball, by folder, where it is the one that was locked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from zipper.errors import ArchiveError, ZipperError
from zipper.npm.integrity import parse_integrity
from zipper.npm.lockfile_formats import READABLE
from zipper.npm.package_json import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from zipper.archive.listing import Listing
    from zipper.npm.integrity import Integrity
    from zipper.report.inventory import PackageRow
    from zipper.tree.model import Node

__all__ = ["find_hashes", "hashes_of_nodes", "list_digests"]

_NPM: Final = ("npm-shrinkwrap.json", "package-lock.json", "node_modules/.package-lock.json")
_BITS: Final = {"md5": 128, "sha1": 160, "sha224": 224, "sha256": 256, "sha384": 384, "sha512": 512}
_LIMIT_BYTES: Final = 128 * 1024 * 1024

_Hashes = dict[str, "Integrity"]


def find_hashes(listing: Listing, packages: Iterable[PackageRow]) -> _Hashes:
    """Return what the lockfile in the zip says; nothing where there is none that can be read."""
    for name in (*_NPM, *READABLE):
        entry = listing.find(name)
        if entry is None:
            continue
        try:
            text = listing.read(entry, limit_bytes=_LIMIT_BYTES)
            if name in _NPM:
                return hashes_of_nodes(_read_nodes(text), packages)
            locked = _settle(_read_others(name, text))
        except ZipperError:
            return {}
        keys = {row.folder: (row.name, row.version) for row in packages}
        return {folder: locked[key] for folder, key in keys.items() if key in locked}
    return {}


def hashes_of_nodes(nodes: Mapping[str, Node], packages: Iterable[PackageRow]) -> _Hashes:
    """Return what the nodes of a tree say for the packages in their folders."""
    found = {}
    for row in packages:
        node = nodes.get(row.folder)
        if node is None or (node.package_name, node.version) != (row.name, row.version):
            continue
        integrity = parse_integrity(node.integrity)
        if integrity is not None:
            found[row.folder] = integrity
    return found


def list_digests(hashes: Integrity | None) -> Iterator[tuple[str, str]]:
    """Yield algorithm and digest in hexadecimal digits, of digests that can be ones."""
    for algorithm, (first, *_) in hashes.hashes.items() if hashes is not None else ():
        digest = first.hex_digest
        if 4 * len(digest) == _BITS[algorithm]:
            yield algorithm, digest


def _read_nodes(text: bytes) -> Mapping[str, Node]:
    from zipper.lockfile.npm_read import read_lockfile  # noqa: PLC0415  (where there is one)

    return read_lockfile(text, path="the lockfile", manifest=Manifest()).tree.nodes


def _read_others(name: str, data: bytes) -> Iterator[tuple[str, str, str]]:
    """Yield name, version and hashes.

    yarn 2 and later note hashes of archives of their own, which say nothing of the tarball.
    """
    if name == "yarn.lock":
        from zipper.lockfile.yarn_classic import read_yarn_lock  # noqa: PLC0415  (rare)

        for asked, entry in read_yarn_lock(data).entries.items():
            if entry.integrity:
                yield _name_asked(asked), entry.version, entry.integrity
        return
    from zipper.lockfile.foreign import reader_of  # noqa: PLC0415  (rare)

    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as cause:
        raise ArchiveError("EZIP", f"`{name}` is not UTF-8") from cause
    for own in reader_of(name)(text, path=name).graph.instances.values():
        if own.integrity:
            yield own.manifest.name, own.manifest.version, own.integrity


def _settle(locked: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], Integrity]:
    """Return the hashes by name and version; none for a version that has different ones."""
    texts: dict[tuple[str, str], set[str]] = {}
    for name, version, text in locked:
        texts.setdefault((name, version), set()).add(text)
    parsed = {key: parse_integrity(*found) for key, found in texts.items() if len(found) == 1}
    return {key: integrity for key, integrity in parsed.items() if integrity is not None}


def _name_asked(asked: str) -> str:
    """Return the package's name in yarn's `name@spec`; an alias has it in its spec."""
    name, _, spec = asked[1:].partition("@")
    if spec.startswith("npm:") and "@" in spec[5:]:
        return spec[4:].rpartition("@")[0]
    return asked[:1] + name
