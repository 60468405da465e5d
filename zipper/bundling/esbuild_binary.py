"""esbuild's binary: fetched and verified as packages are, kept beside the isolated Node.

In: an `EsbuildChoice`, the store, the registry's client. Out: the path of an executable.

    <cache>/esbuild/0.28.2-linux-x64/esbuild
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

import deflate

from zipper.archive.entries import FIELDS
from zipper.bundling.esbuild_choice import read_pins
from zipper.errors import ArchiveError, ReadError, StoreError
from zipper.fetching.fetch_packages import TarballSources
from zipper.fetching.fill_store import fill
from zipper.fetching.needed_tarballs import Wanted
from zipper.file_bytes import open_file
from zipper.files import write_file
from zipper.folders import make_private_folders
from zipper.node.node_packages import RegistryPackages
from zipper.store.keys import parse_key
from zipper.store.store_zip_format import inflate

if TYPE_CHECKING:
    from pathlib import Path

    from zipper.archive.entries import PlannedEntry
    from zipper.bundling.esbuild_choice import EsbuildChoice
    from zipper.registry.lazy_client import LazyClient
    from zipper.store.store_zips import Store

__all__ = ["provide_esbuild", "want_esbuild"]

_FOLDER: Final = "esbuild"
_NAMES: Final = (b"bin/esbuild", b"esbuild.exe")
"""Where the package has the binary: on Windows at its top."""


def provide_esbuild(choice: EsbuildChoice, *, root: Path, store: Store, client: LazyClient) -> Path:
    """Return the executable of `choice`; it is the package's, byte for byte, at each call.

    Args:
        choice: version, package and integrity.
        root: the project's folder, which addresses of the lockfile count from.
        store: where the package is found or kept.
        client: asked for what the store lacks, by the project's own settings.

    Raises:
        RegistryError, IntegrityError, ResolutionError, StoreError: as for any package.
        ArchiveError: ETARBALL for a package without a binary.
    """
    wanted = want_esbuild(choice, store=store, client=client)
    zipped = fill(store, [wanted], open_fetch=lambda: TarballSources(root, client()))[wanted.key]
    member = next((entry for entry in zipped.members("") if entry.name in _NAMES), None)
    if member is None:
        raise ArchiveError(
            "ETARBALL",
            f"{choice.package}@{choice.version} holds no esbuild",
            hint=f"leave esbuild {read_pins().version} to zipper: remove it from package.json",
        )
    name = member.name.rpartition(b"/")[2].decode()
    folder = store.cache_dir / _FOLDER / f"{choice.version}-{choice.package.rpartition('/')[2]}"
    path = folder / name
    group = store.ownership.group_of(os.fspath(folder))
    if not _is_same(path, member, is_thorough=group is not None):
        make_private_folders(folder)
        write_file(path, [[inflate(member)]], error=StoreError, mode=0o755)
    for place in (folder, path):  # made under a umask: in the sandbox another user starts it
        if not place.stat().st_mode & 0o001:
            with contextlib.suppress(OSError):
                place.chmod(0o755)
    return path


def _is_same(path: Path, member: PlannedEntry, *, is_thorough: bool) -> bool:
    """Tell whether the file at `path` is the package's: a program that was changed is not started.

    By its sum, or byte by byte where others than its owner may write.
    """
    *_, crc, _, size = FIELDS.unpack(member.fields)
    try:
        data = open_file(path)
        if data is None or len(data) != size:
            return False
        found = 0
        for piece in data.pieces(size):
            found = deflate.crc32(piece, found)
    except (OSError, ReadError):
        return False
    return found == crc and (not is_thorough or data.read_whole() == inflate(member))


def want_esbuild(choice: EsbuildChoice, *, store: Store, client: LazyClient) -> Wanted:
    """Return the package of `choice`; the registry is asked for an integrity that is not locked.

    Raises:
        ResolutionError, RegistryError: no integrity is to be had.
    """
    if choice.integrity is None:
        packages = RegistryPackages(store, client, client.npm)
        return packages.want(choice.package, choice.version)
    label = f"{choice.package}@{choice.version}"
    key = parse_key(choice.integrity, what=label)
    return Wanted(label, key, choice.package, choice.version, choice.resolved, choice.integrity)
