"""Packages with the patches of pnpm, yarn and bun: made once, and from then on found in the store.

In: a package's files and its patches. Out: the files that the patches make of them. A patched copy
is named after the package's own key, the patches' texts, and how they are applied.
"""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Final

from zipper.errors import LockfileError, StoreError
from zipper.store.keys import StoreKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zipper.archive.entries import PlannedEntry
    from zipper.npm.patch_apply import PatchedFile
    from zipper.npm.patch_text import Effect
    from zipper.store.store_zip import StoreZip
    from zipper.store.store_zips import Store
    from zipper.tree.model import Node, Patch

__all__ = ["find_patched", "patch_entries"]

_ALGORITHM: Final = "patched"
"""Where a patched copy is in the store: a folder beside those of the hash algorithms."""

_FORMAT: Final = b"1"
"""Raised when what a patch makes of a file changes."""


def find_patched(store: Store, zipped: StoreZip, key: StoreKey, node: Node) -> StoreZip:
    """Return the store zip of a package with its patches applied.

    Args:
        store: where patched copies are kept.
        zipped: the package as it was published.
        key: that of the package.
        node: with the patches, in their order.

    Raises:
        LockfileError: under the tool's code, for a patch that does not apply, with file and hunk.
        StoreError: ESTORE.
    """
    patched = _key(key, node.patches)
    found = store.find(patched)
    if found is not None:
        return found
    entries = patch_entries(zipped.members(""), node)
    name = node.package_name
    try:
        return store.add(patched, entries, package_name=name)
    except StoreError:
        return store.keep_in_memory(patched, entries, package_name=name)


def patch_entries(entries: Sequence[PlannedEntry], node: Node) -> list[PlannedEntry]:
    """Return a package's files with the patches of `node` applied, sorted by name.

    Raises:
        LockfileError: as `find_patched`.
    """
    from zipper.archive.compress import compress  # noqa: PLC0415  (the first time only)
    from zipper.npm.patch_apply import apply_patch  # noqa: PLC0415  (the same)
    from zipper.npm.patch_text import PatchFaultError  # noqa: PLC0415  (the same)

    files = {entry.name.decode("utf-8", "surrogateescape"): entry for entry in entries}
    for patch in node.patches:
        try:
            effects = _read_effects(patch, node.version)
            changed = apply_patch(effects, partial(_read, files), tool=patch.tool)
        except PatchFaultError as fault:
            if patch.may_fail:
                continue
            raise _refuse(node, patch, fault) from None
        for path, made in changed.items():
            if made is None:
                files.pop(path, None)
            else:
                files[path] = compress(path, made.data, executable=made.is_executable)
    _refuse_clash(files, node)
    return sorted(files.values())


def _read(files: Mapping[str, PlannedEntry], path: str) -> PatchedFile | None:
    from zipper.npm.patch_apply import PatchedFile  # noqa: PLC0415  (as above)
    from zipper.store.store_zip_format import inflate  # noqa: PLC0415  (the same)

    entry = files.get(path)
    return None if entry is None else PatchedFile(inflate(entry), bool(entry.mode & 0o111))


def _read_effects(patch: Patch, version: str) -> tuple[Effect, ...]:
    """Return what a patch does; yarn's may say for which versions, and takes any line ends.

    Raises:
        PatchFaultError: it cannot be meant.
    """
    from zipper.npm.patch_text import PatchFaultError, parse_patch  # noqa: PLC0415  (as above)
    from zipper.npm.semver import satisfies  # noqa: PLC0415  (the same)

    if patch.tool != "yarn":
        return parse_patch(patch.text)
    effects = parse_patch(patch.text.replace("\r\n", "\n").replace("\r", "\n"))
    if not effects:
        raise PatchFaultError("it has no changes")
    return tuple(
        one
        for one in effects
        if one.versions is None or satisfies(version, one.versions, include_prerelease=True)
    )


def _refuse_clash(files: Mapping[str, PlannedEntry], node: Node) -> None:
    for path in files:
        folder = path
        while (cut := folder.rfind("/")) > 0:
            folder = folder[:cut]
            if folder in files:
                raise _refuse(node, node.patches[-1], f"`{folder}` becomes a file and a folder")


def _refuse(node: Node, patch: Patch, reason: object) -> LockfileError:
    return LockfileError(
        patch.code,
        f"the patch `{patch.path}` does not apply to {node.package_name}@{node.version}: {reason}",
        facts=(("package", node.location),),
        hint=f"make the patch anew for this version: `{patch.tool} patch {node.package_name}`",
    )


def _key(key: StoreKey, patches: Sequence[Patch]) -> StoreKey:
    parts = [_FORMAT, key.algorithm.encode(), key.digest.encode()]
    for patch in patches:
        text = patch.text.encode("utf-8", "surrogatepass")
        parts += [patch.tool.encode(), str(patch.may_fail).encode(), text]
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return StoreKey(_ALGORITHM, digest.hexdigest())
